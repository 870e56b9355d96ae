# Debian 12's packages, found the way each ships itself; Debian 13 and Ubuntu 24.04 ship the same names.
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
# Its -D_FILE_OFFSET_BITS=64 means nothing on 64-bit machines, but makes GCC reject the precompiled header.
set_property(TARGET PkgConfig::HIREDIS PROPERTY INTERFACE_COMPILE_OPTIONS "")
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
find_package(Boost REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_library(LEMON_LIBRARY NAMES lemon REQUIRED)
find_library(REFLECTION_LIBRARY grpc++_reflection REQUIRED)
find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)

set(BAODAO_LIBRARIES
    ${REFLECTION_LIBRARY} gRPC::grpc++ protobuf::libprotobuf PkgConfig::HIREDIS PkgConfig::SODIUM
    PkgConfig::CURL PkgConfig::TOMLPLUSPLUS prometheus-cpp::pull prometheus-cpp::core spdlog::spdlog Boost::headers
    ICU::uc Threads::Threads)
