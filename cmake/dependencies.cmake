# Each library that Deskwire uses, as one interface target; why each is here: ARCHITECTURE.md.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)  # tools/*.py
find_package(Boost 1.81 REQUIRED COMPONENTS json url)

function(dw_pkg name)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${ARGN})
  add_library(dw_${name} INTERFACE)
  target_link_libraries(dw_${name} INTERFACE PkgConfig::${name})
endfunction()

dw_pkg(fmt fmt)
dw_pkg(spdlog spdlog)
dw_pkg(crypto libcrypto)
dw_pkg(ssl libssl libcrypto)
dw_pkg(curl libcurl)
dw_pkg(sqlite sqlite3)
dw_pkg(pq libpq)
dw_pkg(re2 re2)
dw_pkg(gumbo gumbo)
dw_pkg(argon2 libargon2)
dw_pkg(icu icu-uc)
dw_pkg(zip libzip)
dw_pkg(zlib zlib)
dw_pkg(expat expat)
dw_pkg(ical libical)
dw_pkg(cairo cairo cairo-svg)

add_library(dw_json INTERFACE)
target_link_libraries(dw_json INTERFACE Boost::json)

add_library(dw_asio INTERFACE)
target_link_libraries(dw_asio INTERFACE Boost::headers Boost::url Threads::Threads)
target_compile_definitions(dw_asio INTERFACE BOOST_ASIO_NO_DEPRECATED
                           BOOST_ASIO_HAS_STD_INVOKE_RESULT)

find_package(prometheus-cpp REQUIRED COMPONENTS core)
add_library(dw_prometheus INTERFACE)
target_link_libraries(dw_prometheus INTERFACE prometheus-cpp::core)

find_package(date REQUIRED)
add_library(dw_tz INTERFACE)
target_link_libraries(dw_tz INTERFACE date::date-tz)

# The program's allocator. Sanitizers bring their own.
add_library(dw_malloc INTERFACE)
if(NOT DW_SANITIZE)
  find_package(mimalloc REQUIRED)
  target_link_libraries(dw_malloc INTERFACE mimalloc)
endif()

find_package(CLI11 REQUIRED)
add_library(dw_cli11 INTERFACE)
target_link_libraries(dw_cli11 INTERFACE CLI11::CLI11)

add_library(dw_mustache INTERFACE)  # header only, no build files of its own
