# Writes INPUTS, in the order of their names, as pairs of C++ literals to OUTPUT: {"0001_name.sql", R"sql(…)sql"},
set(all "")
list(SORT INPUTS)
foreach(input IN LISTS INPUTS)
  get_filename_component(name ${input} NAME)
  file(READ ${input} text)
  string(APPEND all "{\"${name}\", R\"sql(${text})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "${all}")
