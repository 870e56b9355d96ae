// Precompiled once for all tests.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/api_pch.h"
