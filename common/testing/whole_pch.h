// Precompiled once for the tests that call all services.
#pragma once
#include "common/client/backend.h"
#include "common/testing/pch.h"
