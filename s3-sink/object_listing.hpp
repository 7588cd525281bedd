#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/result.hpp"

namespace rivulet {

/// Which keys of a bucket to list, as ListObjectsV2 describes it
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
struct ListQuery {
    std::string prefix;
    std::string delimiter;  ///< empty: keys are not rolled up
    std::string after;      ///< only keys greater than this
    /// No key that begins with this, if not empty: a common prefix that an earlier page ended with.
    std::string after_prefix;
    std::size_t limit = 1000;  ///< keys and common prefixes together
};

struct ListItem {
    std::string name;
    bool is_prefix = false;  ///< a common prefix, for all keys that begin with it; otherwise a key

    bool operator==(const ListItem&) const = default;
};

struct KeyListing {
    std::vector<ListItem> items;  ///< in the byte order of their names
    bool truncated = false;       ///< whether there are more after these
};

/// Lists the keys in a bucket's folder, which is given as an open directory. Memory is bounded by the limit, not by the
/// number of objects; directories that cannot hold a key of the answer are not read.
/// Errors: io_failure.
Result<KeyListing> list_keys(int bucket, const ListQuery& query);

}  // namespace rivulet
