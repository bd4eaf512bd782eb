# hoist_module(<name> [LINK <public targets>] [PRIVATE_LINK <private targets>])
# Defines the static library hoist_<name> (alias hoist::<name>) from src/*.cpp with its public headers in include/.
function(hoist_module name)
  cmake_parse_arguments(ARG "" "" "LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp)
  if(NOT sources)  # a module of headers only, so far
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/no_sources.cpp "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/no_sources.cpp)
  endif()
  add_library(hoist_${name} STATIC ${sources})
  add_library(hoist::${name} ALIAS hoist_${name})
  target_include_directories(hoist_${name} PUBLIC include PRIVATE src)
  target_link_libraries(hoist_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  hoist_use_pch(hoist_${name})
endfunction()

# One precompiled header for everything: the standard containers, fmt and nlohmann_json cost a second per file otherwise.
function(hoist_use_pch target)
  if(NOT HOIST_PCH)
    # The same text, included: far slower, but the compiler cache can serve it to other checkouts.
    target_compile_options(${target} PRIVATE "SHELL:-include ${PROJECT_SOURCE_DIR}/cmake/pch.hpp")
    return()
  endif()
  if(TARGET hoist_base AND NOT target STREQUAL "hoist_base")
    target_precompile_headers(${target} REUSE_FROM hoist_base)
  else()
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch.hpp)
  endif()
endfunction()
