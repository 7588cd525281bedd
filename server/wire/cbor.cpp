#include "server/wire/cbor.hpp"

#include <cstdint>

#include "common/utf8.hpp"

namespace rivulet::wire {

namespace {

constexpr int max_depth = 64;
constexpr unsigned indefinite = 31;
constexpr char break_code = '\xff';

enum Major : unsigned { byte_string = 2, text = 3, array = 4, map = 5, tag = 6, simple = 7 };

class Copy {
public:
    explicit Copy(std::string_view document) : in_(document) {}

    std::string out;

    bool at_end() const { return at_ == in_.size(); }

    /// Copies the next item; false if it is broken or too deep.
    bool item(int levels) {
        if (levels == 0 || at_end()) return false;
        const std::size_t begin = at_;
        const auto head = static_cast<unsigned char>(in_[at_++]);
        const unsigned major = head >> 5;
        const unsigned info = head & 31;
        std::uint64_t argument = info;
        if (info >= 24 && !read_argument(info, argument)) return false;
        if (major == tag) return info != indefinite && item(levels - 1);
        out += in_.substr(begin, at_ - begin);
        switch (major) {
            case byte_string:
            case text: return info == indefinite ? until_break(levels) : string(major, argument);
            case array:
            case map: return info == indefinite ? until_break(levels) : items(argument, major == map ? 2 : 1, levels);
            default: return info != indefinite;
        }
    }

private:
    bool read_argument(unsigned info, std::uint64_t& argument) {
        if (info == indefinite) return true;
        if (info > 27) return false;
        const std::size_t bytes = std::size_t{1} << (info - 24);
        if (in_.size() - at_ < bytes) return false;
        argument = 0;
        for (std::size_t i = 0; i < bytes; ++i) argument = argument << 8 | static_cast<unsigned char>(in_[at_++]);
        return true;
    }

    bool string(unsigned major, std::uint64_t length) {
        if (length > in_.size() - at_) return false;
        const auto bytes = in_.substr(at_, static_cast<std::size_t>(length));
        if (major == text && !is_utf8(bytes)) return false;
        at_ += bytes.size();
        out += bytes;
        return true;
    }

    bool items(std::uint64_t count, std::uint64_t each, int levels) {
        // Every item has a byte at least, which also keeps the product in its type.
        if (count > in_.size() - at_) return false;
        for (std::uint64_t i = 0; i < count * each; ++i) {
            if (!item(levels - 1)) return false;
        }
        return true;
    }

    bool until_break(int levels) {
        while (!at_end() && in_[at_] != break_code) {
            if (!item(levels - 1)) return false;
        }
        if (at_end()) return false;
        out += in_[at_++];
        return true;
    }

    const std::string_view in_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> checked_cbor(std::string_view document) {
    Copy copy(document);
    copy.out.reserve(document.size());
    if (!copy.item(max_depth) || !copy.at_end()) return std::nullopt;
    return std::move(copy.out);
}

}  // namespace rivulet::wire
