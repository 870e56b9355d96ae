# libical, for this service alone: the rules by which needs recur.
find_library(ICAL_LIBRARY NAMES ical REQUIRED)
target_link_libraries(lists_lib PUBLIC ${ICAL_LIBRARY})
