// Keys of any bytes become paths that stay in their folder and become the same keys again, and paths of any names
// become a key only if they are that key's.
//
// Built with clang and libFuzzer, which the project is otherwise not built with; from the repository's root:
//   clang++-14 -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -I. tests/fuzz/key_path_fuzz.cpp
//   s3-sink/key_path.cpp -o build/key_path_fuzz build/key_path_fuzz -max_len=1100 -max_total_time=60
#include <algorithm>
#include <cstdlib>
#include <string>

#include "s3-sink/key_path.hpp"

namespace {

void demand(bool holds) {
    if (!holds) std::abort();
}

bool is_contained(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos && name.size() <= rivulet::max_name_bytes;
}

void check_key(const std::string& key) {
    for (const auto& path : {rivulet::path_of_key(key), rivulet::marked_path_of_key(key)}) {
        demand(!path.empty() && std::ranges::all_of(path, is_contained));
        demand(rivulet::key_of_path(path) == key);
        for (std::size_t depth = 0; depth < path.size(); ++depth) {
            const auto prefix = rivulet::key_prefix_of_directory(std::span(path).first(depth));
            demand(prefix && key.starts_with(*prefix));
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
        demand(path == rivulet::path_of_key(*key) || path == rivulet::marked_path_of_key(*key));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    if (!bytes.empty()) check_key(bytes);
    check_path(bytes);
    return 0;
}
