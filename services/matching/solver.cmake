# LEMON 1.3.1 does not compile as C++20 (std::allocator::construct): the sources that include it are
# built as C++17, without the precompiled header, which is C++20.
file(GLOB solver_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/services/matching/solver/*.cc)
set_source_files_properties(${solver_sources} PROPERTIES
  COMPILE_OPTIONS "-std=c++17;-Wno-maybe-uninitialized" SKIP_PRECOMPILE_HEADERS ON)
target_link_libraries(matching_lib PUBLIC ${LEMON_LIBRARY})
