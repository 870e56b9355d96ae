// Precompiled once for the programs that call all services.
#pragma once
#include "common/api_pch.h"
#include "common/client/backend.h"
