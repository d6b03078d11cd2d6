# Files that become C++ source at build time, written by tools/embed.py.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
