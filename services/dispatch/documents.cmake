# The libraries that set certificates (Pango, Cairo, QR codes) and writes calendars (libical), for this service alone.
pkg_check_modules(PANGOCAIRO REQUIRED IMPORTED_TARGET pangocairo)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(LIBICAL REQUIRED IMPORTED_TARGET libical)
# Its -pthread makes GCC reject the precompiled header; threads are linked as it is.
set_property(TARGET PkgConfig::PANGOCAIRO PROPERTY INTERFACE_COMPILE_OPTIONS "")
target_link_libraries(dispatch_lib PRIVATE PkgConfig::PANGOCAIRO PkgConfig::QRENCODE PkgConfig::LIBICAL)
# Their headers define short macros, which are not to reach other sources of a batch.
set_source_files_properties(
  ${CMAKE_SOURCE_DIR}/services/dispatch/app/certificate_pdf.cc ${CMAKE_SOURCE_DIR}/services/dispatch/app/ics.cc
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
