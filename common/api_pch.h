// Precompiled once for services, programs and tests: the libraries and the API's messages.
#pragma once
#include "baodao/events/v1/events.pb.h"
#include "baodao/inbox/v1/inbox.pb.h"
#include "baodao/matching/v1/matching.pb.h"
#include "baodao/registration/v1/area.pb.h"
#include "common/pch.h"
