# Compiler flags and third-party packages shared by every module.
option(HOIST_BUILD_TESTS "Build the test programs" ON)
option(HOIST_PCH "Use a precompiled header: 4 of the 4.5 seconds that a small file takes go into these headers" ON)
option(HOIST_BUILD_FUZZERS "Build the libFuzzer harnesses" OFF)
set(HOIST_SANITIZE "" CACHE STRING "Comma-separated sanitizers (address,undefined | thread | fuzzer-no-link)")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  # g++ 12 destroys temporaries inside co_await expressions twice; see docs/adr/0001-toolchain.md.
  message(FATAL_ERROR "hoist needs clang 19 or newer, found ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # The precompiled header is keyed by content, so that ccache can serve the files that use it.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${CCACHE_PROGRAM})
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers -Wno-deprecated-declarations -Werror=return-type
                    -ffunction-sections -fdata-sections)
add_link_options(-fuse-ld=lld -Wl,--gc-sections)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
if(HOIST_SANITIZE)
  add_compile_options(-fsanitize=${HOIST_SANITIZE} -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HOIST_SANITIZE})
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(simdjson REQUIRED)

# Static where Debian has it: a shared libcrypto costs 1 ms of every start (docs/adr/0003-start-lean.md).
find_library(HOIST_LIBCRYPTO NAMES libcrypto.a crypto REQUIRED)
