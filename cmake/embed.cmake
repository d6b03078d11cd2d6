# Files that become C++ source at build time, written by tools/embed.py.
set(DW_EMBED ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed.py)

# Each *.sql of a folder as statements that the compiler knows by name.
function(dw_embed_sql name)
  file(GLOB_RECURSE statements CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.sql)
  list(FILTER statements EXCLUDE REGEX "/migrations/")
  # A file may use columns and parts that another of its folder shares, or one of records/.
  file(GLOB shared CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/records/*.sql)
  set(generated ${CMAKE_BINARY_DIR}/generated/sql)
  foreach(file IN LISTS statements)
    get_filename_component(stem ${file} NAME_WE)
    add_custom_command(
      OUTPUT ${generated}/${stem}.h ${generated}/${stem}.cc
      COMMAND ${DW_EMBED} statements ${generated} ${file}
      DEPENDS ${statements} ${shared} ${CMAKE_SOURCE_DIR}/tools/embed.py)
    target_sources(dw_${name} PRIVATE ${generated}/${stem}.h ${generated}/${stem}.cc)
    set_source_files_properties(${generated}/${stem}.cc PROPERTIES HEADER_FILE_ONLY ON)
    list(APPEND headers ${generated}/${stem}.h)
    string(APPEND all "#include \"sql/${stem}.cc\"\n")
  endforeach()
  # Compiled as one: each takes less than to load the precompiled header.
  file(CONFIGURE OUTPUT ${generated}/all/${name}.cc CONTENT "${all}" @ONLY)
  target_sources(dw_${name} PRIVATE ${generated}/all/${name}.cc)
  if(TARGET dw_${name}_fast)
    add_custom_target(dw_${name}_sql DEPENDS ${headers})
    add_dependencies(dw_${name}_fast dw_${name}_sql)
  endif()
  target_include_directories(dw_${name} PUBLIC ${CMAKE_BINARY_DIR}/generated)
endfunction()

# The numbered migrations of all folders, in one table.
function(dw_embed_migrations target)
  file(GLOB_RECURSE migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.sql)
  list(FILTER migrations INCLUDE REGEX "/migrations/")
  set(out ${CMAKE_BINARY_DIR}/generated/migrations.cc)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${DW_EMBED} migrations ${out} ${migrations}
    DEPENDS ${migrations} ${CMAKE_SOURCE_DIR}/tools/embed.py)
  target_sources(${target} PRIVATE ${out})
endfunction()

# The files below `folder`, by their names, as generated/NAME.cc, as they are ("files") or each
# compressed ("packed"); anew when one of the rest changes.
function(dw_embed_files target how name folder)
  set(out ${CMAKE_BINARY_DIR}/generated/${name}.cc)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${DW_EMBED} ${how} ${out} ${name} ${folder}
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/tools/embed.py)
  target_sources(${target} PRIVATE ${out})
endfunction()

# The board's built files, or none with -DDW_BOARD=OFF.
option(DW_BOARD "build the board into the binary (needs board/dist)" ON)
function(dw_embed_board target)
  set(dist ${CMAKE_SOURCE_DIR}/board/dist)
  set(files "")
  if(DW_BOARD)
    if(NOT EXISTS ${dist}/index.html)
      message(FATAL_ERROR "board/dist is not built: run `make board`, or configure with "
                          "-DDW_BOARD=OFF")
    endif()
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${dist}/*)
  else()
    set(dist "")
  endif()
  dw_embed_files(${target} packed board_files "${dist}" ${files})
endfunction()

# What `deskwire init` writes beside deskwire.toml.
function(dw_embed_packaged target)
  set(staged ${CMAKE_BINARY_DIR}/generated/packaged)
  set(manifest ${CMAKE_SOURCE_DIR}/packaging/slack-app-manifest.yaml)
  configure_file(${manifest} ${staged}/slack-app-manifest.yaml COPYONLY)
  dw_embed_files(${target} files packaged_files ${staged} ${manifest})
endfunction()

# The demo's page and its day of incidents: plain files that need no building.
function(dw_embed_demo target)
  set(folder ${CMAKE_SOURCE_DIR}/src/app/demo/files)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*)
  dw_embed_files(${target} files demo_files ${folder} ${files})
endfunction()

# Slack's names of emoji: the npm package that Slack's own list comes from, installed where that is
# due, as one table.
function(dw_embed_emoji target)
  set(package ${CMAKE_SOURCE_DIR}/tools/emoji)
  set(out ${CMAKE_BINARY_DIR}/generated/emoji_table.cc)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_SOURCE_DIR}/tools/npm_packages.sh tools/emoji
    COMMAND ${DW_EMBED} emoji ${out} ${package}/node_modules/emoji-datasource/emoji.json
    DEPENDS ${package}/package-lock.json ${CMAKE_SOURCE_DIR}/tools/embed.py
    COMMENT "Reading the names of emoji (npm package emoji-datasource)")
  target_sources(${target} PRIVATE ${out})
endfunction()
