#include "s3-sink/path_cursor.hpp"

#include <algorithm>

namespace rivulet {

namespace {

constexpr std::size_t stride = 32;

}  // namespace

FileHandle PathCursor::open(std::span<const std::string> names) {
    const auto parted = std::ranges::mismatch(path_, names).in1;
    opened_.resize(static_cast<std::size_t>(parted - path_.begin()) / stride);
    path_.resize(opened_.size() * stride);
    while (names.size() - path_.size() >= stride) {
        const auto next = names.subspan(path_.size(), stride);
        auto directory = walk(opened_.empty() ? start_ : opened_.back().get(), next);
        if (!directory) return {};
        opened_.push_back(std::move(directory));
        path_.insert(path_.end(), next.begin(), next.end());
    }
    return walk(opened_.empty() ? start_ : opened_.back().get(), names.subspan(path_.size()));
}

}  // namespace rivulet
