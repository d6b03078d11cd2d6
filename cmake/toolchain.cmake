# Compiler options that every target shares. DW_SANITIZE is "", "address" or "thread".
set(DW_SANITIZE "" CACHE STRING "address (with undefined) or thread")
option(DW_UNITY "compile neighbouring files as one: tools/unity.py" ON)
set(DW_UNITY_APART "" CACHE STRING "a pattern: files that do not change how others are grouped")

find_program(DW_CCACHE ccache)
if(DW_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_SOURCE_DIR}/tools/cached.sh ${CMAKE_SOURCE_DIR}
      ${DW_CCACHE})
endif()
find_program(DW_MOLD mold)
find_program(DW_LLD ld.lld)
if(DW_MOLD)
  # Functions of the same code are one: 4% of the program. What is seldom executed is together,
  # so that fewer pages of the rest are resident.
  add_link_options(-fuse-ld=mold -Wl,--icf=all -Wl,-z,keep-text-section-prefix)
elseif(DW_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# One thread model for all: a precompiled header is refused where it differs.
add_compile_options(-pthread)
add_link_options(-pthread)
# Files are named from the root of the tree: in what a defect says, and so that a cache of compiled
# files serves several checkouts. It hands the compiler paths from the build's folder.
file(RELATIVE_PATH up ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
add_compile_options(-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/= -fmacro-prefix-map=${up}=)
add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wno-sign-conversion
                    -Wno-missing-field-initializers -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside inlined library code and coroutine frames where nothing is wrong.
  add_compile_options(-Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-restrict
                      -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
                      -Wno-mismatched-new-delete -Wcast-align=strict -fpch-preprocess)
  # It would collect its garbage for a tenth of its time, and save a tenth of its memory.
  add_compile_options("SHELL:--param ggc-min-heapsize=2000000")
  if(DW_UNITY)
    # It takes every file but the group itself for a header.
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # In a group of files a name of one hides nothing in the header of the next; and std::stable_sort
  # of GCC 12's library uses what it calls deprecated itself.
  add_compile_options(-Wno-shadow -Wno-deprecated-declarations)
endif()
# Debian 12's compiler is the one whose warnings this code has none of; with others they are shown.
set(warnings_known OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION MATCHES "^12\\.")
  set(warnings_known ON)
endif()
option(DW_WERROR "warnings are errors" ${warnings_known})
if(DW_WERROR)
  add_compile_options(-Werror)
endif()
# No debug information: ten times the size for what few ever look at. `--preset dev` has it.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
if(NOT DW_SANITIZE)
  add_link_options(-Wl,--gc-sections)
  add_compile_options(-ffunction-sections -fdata-sections)
endif()

if(DW_SANITIZE STREQUAL "address")
  # Two checks at each use of a pointer, a seventh of the time to compile, are left to others: an
  # access through null is the address sanitizer's, and GCC's -Wcast-align=strict knows of casts.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null,alignment
                      -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(DW_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()

function(dw_target_options target)
  target_compile_definitions(${target} PRIVATE DW_VERSION="${PROJECT_VERSION}")
endfunction()
