#pragma once
/// The one place that names the Catch2 version in use.
#include <catch2/catch.hpp>
