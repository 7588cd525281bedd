#include "server/wire/decode.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/base64.hpp"
#include "server/wire/cbor.hpp"

namespace rivulet::wire {

namespace {

using nlohmann::json;

// Deeper than any shape, and as deep as any client's document needs to be.
constexpr std::size_t max_depth = 64;
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

/// Takes the events of a JSON or CBOR document and builds the C++ structure that the shapes describe, without a tree in
/// between.
class Builder {
public:
    // What nlohmann's readers ask of a taker of events.
    using number_integer_t = json::number_integer_t;
    using number_unsigned_t = json::number_unsigned_t;
    using number_float_t = json::number_float_t;
    using string_t = json::string_t;
    using binary_t = json::binary_t;

    Builder(Format format, const Shape* shape, void* target) : format_(format), root_shape_(shape), root_(target) {}

    Decoded outcome;

    bool null() {
        if (stack_.empty()) return not_object();
        // Absence is for members. An element keeps its place, empty, for the constraints to refuse.
        if (const auto slot = next(); slot.append) slot.make();
        return true;
    }
    bool boolean(bool value) {
        if (stack_.empty()) return not_object();
        const auto slot = next();
        if (!slot.shape) return true;
        if (slot.shape->kind == Kind::boolean) {
            *static_cast<bool*>(slot.make()) = value;
            return true;
        }
        return scalar_mismatch(*slot.shape, "class java.lang.Boolean");
    }
    bool number_integer(json::number_integer_t value) { return number(static_cast<double>(value), value); }
    bool number_unsigned(json::number_unsigned_t value) {
        constexpr auto most = static_cast<json::number_unsigned_t>(std::numeric_limits<std::int64_t>::max());
        return number(static_cast<double>(value), static_cast<std::int64_t>(std::min(value, most)));
    }
    bool number_float(json::number_float_t value, const json::string_t&) { return number(value, clamp(value)); }
    bool string(json::string_t& value) { return text(value); }
    bool text(std::string_view value);
    bool binary(json::binary_t& value);
    bool start_object(std::size_t);
    bool key(json::string_t& name) { return member_name(name); }
    bool member_name(std::string_view name);
    bool end_object() { return end(); }
    bool start_array(std::size_t);
    bool end_array() { return end(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
        outcome.well_formed = false;
        return false;
    }

private:
    /// Where the next value goes; no shape: nowhere, it is passed over.
    struct Slot {
        const Shape* shape = nullptr;
        void* parent = nullptr;
        const Member* member = nullptr;  ///< set: a structure's member; else a list's element, a map's value, the root
        void* (*append)(void*) = nullptr;

        void* make() const {
            if (member) return member->emplace(parent);
            return append ? append(parent) : parent;
        }
    };

    struct Frame {
        const Shape* shape;  ///< null: everything inside is passed over
        void* value;
        const Member* member = nullptr;  ///< of a structure: whose value comes next; null: an unknown one's
    };

    Slot next() const;
    bool is_too_deep() {
        if (stack_.size() < max_depth) return false;
        outcome.well_formed = false;
        return true;
    }
    bool not_object() {
        outcome.is_object = false;
        return true;
    }
    bool number(double value, std::int64_t whole);
    static std::int64_t clamp(double value);
    bool end() {
        stack_.pop_back();
        return true;
    }
    bool open(const Slot& slot, Kind wanted, std::string_view mismatch);
    bool fault(std::string text) {
        if (!outcome.type_fault) outcome.type_fault = std::move(text);
        return true;
    }
    bool scalar_mismatch(const Shape& shape, std::string_view got);
    bool blob(const Slot& slot, std::string_view digits);

    const Format format_;
    const Shape* root_shape_;
    void* root_;
    std::vector<Frame> stack_;
};

void* append_map_value(void* map) {
    return &static_cast<StringMap*>(map)->back().second;
}

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

/// The whole character of a UTF-8 text that begins at a byte.
std::string character_at(std::string_view text, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    return std::string(text.substr(begin, end - begin));
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

bool Builder::binary(json::binary_t& value) {
    if (stack_.empty()) return not_object();
    const auto slot = next();
    if (!slot.shape) return true;
    if (slot.shape->kind != Kind::blob) return scalar_mismatch(*slot.shape, "class java.nio.HeapByteBuffer");
    static_cast<Blob*>(slot.make())->bytes.assign(value.begin(), value.end());
    return true;
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

/// simdjson's reader with its buffers, which are kept for the next document of a usual size.
class FastReader {
public:
    /// Hands the document's events to `builder`. False if simdjson does not take it, and then nothing was handed over.
    bool read(std::string_view document, Builder& builder) {
        constexpr std::size_t kept_bytes = 2 * 1024 * 1024;
        padded_.assign(document);
        padded_.resize(document.size() + simdjson::SIMDJSON_PADDING);
        simdjson::dom::element root;
        const bool taken = parser_.parse(padded_.data(), document.size(), false).get(root) == simdjson::SUCCESS;
        if (taken) walk(root, builder);
        if (padded_.capacity() > kept_bytes) {
            padded_ = {};
            parser_ = simdjson::dom::parser();
        }
        return taken;
    }

private:
    // False ends the walk, as it does for nlohmann's readers. The builder bounds the depth.
    static bool walk(const simdjson::dom::element& value, Builder& builder) {
        using Type = simdjson::dom::element_type;
        switch (value.type()) {
            case Type::ARRAY: {
                if (!builder.start_array(0)) return false;
                for (const auto element : simdjson::dom::array(value)) {
                    if (!walk(element, builder)) return false;
                }
                return builder.end_array();
            }
            case Type::OBJECT: {
                if (!builder.start_object(0)) return false;
                for (const auto& [name, member] : simdjson::dom::object(value)) {
                    if (!builder.member_name(name) || !walk(member, builder)) return false;
                }
                return builder.end_object();
            }
            case Type::INT64: {
                const std::int64_t number = value;
                return number < 0 ? builder.number_integer(number)
                                  : builder.number_unsigned(static_cast<std::uint64_t>(number));
            }
            case Type::UINT64: return builder.number_unsigned(std::uint64_t(value));
            case Type::DOUBLE: return builder.number_float(double(value), {});
            case Type::STRING: return builder.text(std::string_view(value));
            case Type::BOOL: return builder.boolean(bool(value));
            case Type::NULL_VALUE: return builder.null();
        }
        return false;
    }

    simdjson::dom::parser parser_;
    std::string padded_;
};

}  // namespace

Decoded decode(Format format, std::string_view body, const Shape* shape, void* target) {
    Builder builder(format, target ? shape : nullptr, target);
    if (format == Format::json) {
        thread_local FastReader reader;
        // What the fast reader does not take is rare, and for the other one to judge: numbers beyond 64 bits, say.
        if (!reader.read(body, builder)) json::sax_parse(body.begin(), body.end(), &builder);
    } else {
        const auto document = checked_cbor(body);
        builder.outcome.well_formed = document.has_value();
        if (document) json::sax_parse(*document, &builder, nlohmann::detail::input_format_t::cbor);
    }
    return std::move(builder.outcome);
}

}  // namespace rivulet::wire
