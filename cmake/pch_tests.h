// pch.h and GoogleTest.
#pragma once
#include <gtest/gtest.h>

#include "pch.h"
