// Keys of any bytes become paths that stay in their folder and become the same keys again, and paths of any names
// become a key only if they are that key's.
#include <algorithm>
#include <string>

#include "s3-sink/key_path.hpp"
#include "tests/fuzz/demand.hpp"

namespace {

bool is_contained(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos && name.size() <= rivulet::max_name_bytes;
}

void check_key(const std::string& key) {
    for (const auto& path : {rivulet::path_of_key(key), rivulet::marked_path_of_key(key)}) {
        demand(!path.empty() && std::ranges::all_of(path, is_contained), "a path stays in its folder");
        demand(rivulet::key_of_path(path) == key, "a key comes back from its path");
        for (std::size_t depth = 0; depth < path.size(); ++depth) {
            const auto prefix = rivulet::key_prefix_of_directory(std::span(path).first(depth));
            demand(prefix && key.starts_with(*prefix), "a directory is a prefix of its keys");
        }
    }
}

/// The bytes as a person could have named directories and a file.
void check_path(std::string bytes) {
    std::replace(bytes.begin(), bytes.end(), '\0', 'x');
    rivulet::KeyPath path;
    for (std::size_t begin = 0; begin <= bytes.size();) {
        const std::size_t end = std::min(bytes.find('/', begin), bytes.size());
        path.push_back(bytes.substr(begin, std::min(end - begin, rivulet::max_name_bytes)));
        begin = end + 1;
    }
    if (const auto key = rivulet::key_of_path(path)) {
        demand(path == rivulet::path_of_key(*key) || path == rivulet::marked_path_of_key(*key),
               "a path is a key's only if it is that key's own");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    if (!bytes.empty()) check_key(bytes);
    check_path(bytes);
    return 0;
}
