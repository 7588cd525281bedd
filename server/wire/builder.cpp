#include "server/wire/builder.hpp"

#include <cctype>
#include <chrono>
#include <cmath>

#include "common/base64.hpp"

namespace rivulet::wire {

namespace {

// More than any list or map may have: what is beyond is refused whatever it holds, and need not be kept.
constexpr std::size_t max_kept_elements = 10'000;
constexpr std::size_t max_kept_entries = 1'000;
// Of a time in CBOR: what is less is taken for seconds.
constexpr double least_milliseconds = 1e11;

std::string_view wanted_name(Kind kind) {
    switch (kind) {
        case Kind::string: return "an String";
        case Kind::integer: return "an Integer";
        case Kind::long_integer: return "an Long";
        case Kind::boolean: return "an Boolean";
        case Kind::blob: return "a Blob";
        case Kind::timestamp: return "milliseconds since epoch";
        default: return "";
    }
}

void* append_map_value(void* map) {
    return &static_cast<StringMap*>(map)->back().second;
}

/// The whole character of a UTF-8 text that begins at a byte.
std::string character_at(std::string_view text, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    return std::string(text.substr(begin, end - begin));
}

}  // namespace

Builder::Slot Builder::next() const {
    if (stack_.empty()) return {};
    const Frame& frame = stack_.back();
    if (!frame.shape) return {};
    switch (frame.shape->kind) {
        case Kind::structure: return frame.member ? Slot{frame.member->shape, frame.value, frame.member} : Slot{};
        case Kind::list:
            if (frame.shape->list.size(frame.value) >= max_kept_elements) return {};
            return {frame.shape->element, frame.value, nullptr, frame.shape->list.append};
        case Kind::map: return {frame.shape->element, frame.value, nullptr, append_map_value};
        default: return {};
    }
}

bool Builder::scalar_mismatch(const Shape& shape, std::string_view got) {
    switch (shape.kind) {
        case Kind::list: return fault("Expected list or null");
        case Kind::map: return fault("Expected map or null");
        case Kind::structure: return fault("Expected null");
        default: break;
    }
    return fault(std::string(got) + " can not be converted to " + std::string(wanted_name(shape.kind)));
}

std::int64_t Builder::clamp(double value) {
    if (std::isnan(value)) return 0;
    constexpr double limit = 9223372036854775807.0;
    const double floored = std::floor(value);
    if (floored >= limit) return std::numeric_limits<std::int64_t>::max();
    if (floored <= -limit) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(floored);
}

bool Builder::number(double value, std::int64_t whole) {
    if (stack_.empty()) return not_object();
    const auto slot = next();
    if (!slot.shape) return true;
    switch (slot.shape->kind) {
        case Kind::integer:
            *static_cast<std::int32_t*>(slot.make()) = static_cast<std::int32_t>(std::clamp<std::int64_t>(
                whole, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
            return true;
        case Kind::long_integer: *static_cast<std::int64_t*>(slot.make()) = whole; return true;
        case Kind::timestamp: {
            // JSON has seconds with a fraction. CBOR has milliseconds from the SDK for Java (SdkCborGenerator), and
            // seconds from encoders that follow RFC 8949, section 3.4.2; milliseconds of the years from 1973 on are
            // larger than any year's seconds. Beyond the year 9999 there is nothing to tell apart.
            const double given = std::isnan(value) ? 0 : value;
            const bool in_milliseconds = format_ == Format::cbor && std::abs(given) >= least_milliseconds;
            const double seconds = in_milliseconds ? given / 1000 : given;
            const double milliseconds = std::clamp(seconds, -62135596800.0, 253402300799.0) * 1000;
            *static_cast<Timestamp*>(slot.make()) = Timestamp{std::chrono::milliseconds{std::llround(milliseconds)}};
            return true;
        }
        default: return scalar_mismatch(*slot.shape, "class com.amazon.coral.value.json.numbers.TruncatingBigNumber");
    }
}

bool Builder::text(std::string_view value) {
    if (stack_.empty()) return not_object();
    const auto slot = next();
    if (!slot.shape) return true;
    switch (slot.shape->kind) {
        case Kind::string: static_cast<std::string*>(slot.make())->assign(value); return true;
        case Kind::blob: return blob(slot, value);
        case Kind::boolean: {
            std::string shouted(value);
            std::ranges::transform(shouted, shouted.begin(),
                                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            return fault('\'' + shouted + "' can not be converted to an Boolean");
        }
        default: return scalar_mismatch(*slot.shape, "class java.lang.String");
    }
}

bool Builder::blob(const Slot& slot, std::string_view digits) {
    using FaultKind = Base64Fault::Kind;
    const auto broken = base64_decode(digits, static_cast<Blob*>(slot.make())->bytes);
    if (broken.kind == FaultKind::none) return true;
    const std::string refusal = '\'' + std::string(digits) + "' can not be converted to a Blob: ";
    switch (broken.kind) {
        case FaultKind::none: break;
        case FaultKind::length:
            return fault(refusal + "Base64 encoded length is expected a multiple of 4 bytes but found: " +
                         std::to_string(digits.size()));
        case FaultKind::character:
            return fault(refusal + "Invalid Base64 character: '" + character_at(digits, digits.find(broken.character)) +
                         '\'');
        case FaultKind::last_character: return fault(refusal + "Invalid last non-pad Base64 character dectected");
    }
    return true;
}

std::string* Builder::byte_string() {
    if (stack_.empty()) {
        not_object();
        return nullptr;
    }
    const auto slot = next();
    if (!slot.shape) return nullptr;
    if (slot.shape->kind != Kind::blob) {
        scalar_mismatch(*slot.shape, "class java.nio.HeapByteBuffer");
        return nullptr;
    }
    auto& bytes = static_cast<Blob*>(slot.make())->bytes;
    bytes.clear();
    return &bytes;
}

bool Builder::open(const Slot& slot, Kind wanted, std::string_view mismatch) {
    const bool fits =
        slot.shape && (slot.shape->kind == wanted || (wanted == Kind::structure && slot.shape->kind == Kind::map));
    if (slot.shape && !fits) fault(std::string(mismatch));
    stack_.push_back(fits ? Frame{slot.shape, slot.make()} : Frame{nullptr, nullptr});
    return true;
}

bool Builder::start_object(std::size_t) {
    if (is_too_deep()) return false;
    if (stack_.empty()) {
        stack_.push_back({root_shape_, root_});
        return true;
    }
    return open(next(), Kind::structure, "Start of structure or map found where not expected.");
}

bool Builder::start_array(std::size_t) {
    if (is_too_deep()) return false;
    if (stack_.empty()) {
        stack_.push_back({nullptr, nullptr});
        return not_object();
    }
    return open(next(), Kind::list, "Start of list found where not expected");
}

bool Builder::member_name(std::string_view name) {
    Frame& frame = stack_.back();
    if (!frame.shape) return true;
    if (frame.shape->kind == Kind::map) {
        auto& map = *static_cast<StringMap*>(frame.value);
        if (map.size() >= max_kept_entries) return true;
        std::erase_if(map, [&](const auto& entry) { return entry.first == name; });
        map.emplace_back(std::string(name), std::string());
        return true;
    }
    const auto found = std::ranges::find(frame.shape->members, name, &Member::name);
    frame.member = found == frame.shape->members.end() ? nullptr : &*found;
    return true;
}

}  // namespace rivulet::wire
