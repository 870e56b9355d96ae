# C++ and gRPC code for every proto below protos/, generated into the build tree.
file(GLOB_RECURSE proto_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/protos/*.proto)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
set(gen ${CMAKE_BINARY_DIR}/gen)
set(fresh ${CMAKE_BINARY_DIR}/gen-fresh)
file(MAKE_DIRECTORY ${gen} ${fresh})
set(proto_sources)
set(proto_names)
foreach(proto ${proto_files})
  file(RELATIVE_PATH rel ${CMAKE_SOURCE_DIR}/protos ${proto})
  string(REGEX REPLACE "\\.proto$" "" stem ${rel})
  set(names ${stem}.pb.cc ${stem}.pb.h)
  set(grpc_args)
  file(STRINGS ${proto} has_service REGEX "^service ")
  if(has_service)
    list(APPEND names ${stem}.grpc.pb.cc ${stem}.grpc.pb.h)
    set(grpc_args --grpc_out=${fresh} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN})
  endif()
  # Only what differs replaces what is there: a new comment or RPC does not recompile whoever includes the messages.
  set(out)
  set(replace)
  foreach(name ${names})
    list(APPEND out ${gen}/${name})
    list(APPEND replace COMMAND ${CMAKE_COMMAND} -E copy_if_different ${fresh}/${name} ${gen}/${name})
  endforeach()
  add_custom_command(
    OUTPUT ${out}
    COMMAND protobuf::protoc -I ${CMAKE_SOURCE_DIR}/protos --cpp_out=${fresh} ${grpc_args} ${proto}
    ${replace}
    DEPENDS ${proto_files})
  list(APPEND proto_sources ${out})
  string(APPEND proto_names "\"${rel}\",\n")
endforeach()
# For programs that ask the pool of descriptors for all of them.
file(CONFIGURE OUTPUT ${gen}/proto_files.inc CONTENT "${proto_names}" @ONLY)
add_library(baodao_protos STATIC ${proto_sources})
target_include_directories(baodao_protos PUBLIC ${gen})
# All libraries here already: a precompiled header is good only for the same definitions everywhere.
target_link_libraries(baodao_protos PUBLIC ${BAODAO_LIBRARIES})
# In batches: two names that protoc gives in every file are made to differ.
baodao_batches(baodao_protos 8)
set_target_properties(baodao_protos PROPERTIES
  UNITY_BUILD_UNIQUE_ID BAODAO_FILE
  UNITY_BUILD_CODE_BEFORE_INCLUDE "#define BAODAO_JOIN(name, id) name##_##id
#define BAODAO_UNIQUE(name, id) BAODAO_JOIN(name, id)
#define schemas BAODAO_UNIQUE(schemas, BAODAO_FILE)
#define file_default_instances BAODAO_UNIQUE(file_default_instances, BAODAO_FILE)"
  UNITY_BUILD_CODE_AFTER_INCLUDE "#undef schemas
#undef file_default_instances")
# The one precompiled header of the tree: every other target reuses it.
target_precompile_headers(baodao_protos PRIVATE ${CMAKE_SOURCE_DIR}/common/pch.h)
