# SPDX-License-Identifier: Apache-2.0
# How every target of this project is compiled: warnings, sanitizers, linker, cache.

add_library(qc_options INTERFACE)
target_include_directories(qc_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(qc_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wextra-semi -Wimplicit-fallthrough
  # g++ 12 takes an engaged std::optional for an uninitialised one at -O2.
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-maybe-uninitialized>
  # Of files that are included into one it takes each for a header, with types for others in it.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-subobject-linkage>
  $<$<BOOL:${QC_WERROR}>:-Werror>)

if(QC_SANITIZE)
  add_compile_options(-fsanitize=${QC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${QC_SANITIZE})
endif()

if(QC_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# What a test spends its time in, where the rest is compiled without optimisation.
set(QC_HOT_OPTIONS "" CACHE STRING "Options for ledger, consensus and the simulator alone")
function(qc_hot target)
  target_compile_options(${target} PRIVATE ${QC_HOT_OPTIONS})
endfunction()

# Line tables and function names are what a back trace needs; full debug information makes the node
# 144 MB and half of the build's time (the debug preset has it).
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

# One cache for every checkout on a machine: paths below the checkout are hashed relative to the
# build folder, and the build folder's own name is not hashed.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()
