# SOCI and its two databases, and what writes workbooks, for this service alone; and its migrations, compiled in so that
# a binary is complete by itself.
find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
find_library(SOCI_POSTGRESQL_LIBRARY soci_postgresql REQUIRED)
find_library(XLSXWRITER_LIBRARY xlsxwriter REQUIRED)
pkg_check_modules(LIBPQ REQUIRED libpq)
pkg_check_modules(SQLITE3 REQUIRED sqlite3)
target_include_directories(records_lib SYSTEM PUBLIC ${LIBPQ_INCLUDE_DIRS})
target_link_libraries(records_lib PUBLIC ${SOCI_CORE_LIBRARY} ${SOCI_SQLITE3_LIBRARY} ${SOCI_POSTGRESQL_LIBRARY}
                      ${SQLITE3_LIBRARIES} ${XLSXWRITER_LIBRARY})

file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/services/records/store/migrations/*.sql)
set(migrations_inc ${CMAKE_BINARY_DIR}/gen/services/records/store/migrations.inc)
add_custom_command(
  OUTPUT ${migrations_inc}
  COMMAND ${CMAKE_COMMAND} "-DINPUTS=${migrations}" -DOUTPUT=${migrations_inc}
          -P ${CMAKE_SOURCE_DIR}/ops/dev/embed_all.cmake
  DEPENDS ${migrations} ${CMAKE_SOURCE_DIR}/ops/dev/embed_all.cmake
  VERBATIM)
target_sources(records_lib PRIVATE ${migrations_inc})
