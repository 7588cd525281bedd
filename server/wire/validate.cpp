#include <re2/re2.h>

#include <map>
#include <mutex>
#include <shared_mutex>

#include "common/hashing.hpp"
#include "common/hex.hpp"
#include "server/wire/decode.hpp"

namespace rivulet::wire {

namespace {

constexpr std::size_t max_told_faults = 10;

/// The model's patterns, compiled once: they are few, and constant texts name them.
const RE2& compiled(std::string_view pattern) {
    static std::shared_mutex mutex;
    static std::map<const char*, std::unique_ptr<RE2>> patterns;
    {
        const std::shared_lock lock(mutex);
        if (const auto found = patterns.find(pattern.data()); found != patterns.end()) return *found->second;
    }
    const std::unique_lock lock(mutex);
    auto& slot = patterns[pattern.data()];
    if (!slot) slot = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), RE2::Quiet);
    return *slot;
}

/// The length as Java counts it: UTF-16 code units.
std::int64_t utf16_length(std::string_view text) {
    std::int64_t length = 0;
    for (const char byte : text) {
        const auto unit = static_cast<unsigned char>(byte);
        if ((unit & 0xc0) != 0x80) ++length;
        if (unit >= 0xf0) ++length;
    }
    return length;
}

std::string joined(std::span<const std::string_view> values) {
    std::string text;
    for (const auto value : values) text += (text.empty() ? "" : ", ") + std::string(value);
    return text;
}

/// How the services print a value in a message.
std::string printed(const Shape& shape, const void* value) {
    switch (shape.kind) {
        case Kind::string: return *static_cast<const std::string*>(value);
        case Kind::integer: return std::to_string(*static_cast<const std::int32_t*>(value));
        case Kind::long_integer: return std::to_string(*static_cast<const std::int64_t*>(value));
        case Kind::boolean: return *static_cast<const bool*>(value) ? "true" : "false";
        case Kind::timestamp: return std::to_string(static_cast<const Timestamp*>(value)->time_since_epoch().count());
        case Kind::blob: {
            const std::string size = std::to_string(static_cast<const Blob*>(value)->bytes.size());
            return "java.nio.HeapByteBuffer[pos=0 lim=" + size + " cap=" + size + ']';
        }
        case Kind::list: {
            std::string text;
            for (std::size_t i = 0; i < shape.list.size(value); ++i) {
                text += (i == 0 ? "" : ", ") + printed(*shape.element, shape.list.at(value, i));
            }
            return '[' + text + ']';
        }
        case Kind::map: {
            std::string text;
            for (const auto& [key, entry] : *static_cast<const StringMap*>(value)) {
                text += (text.empty() ? "" : ", ") + key + '=' + entry;
            }
            return '{' + text + '}';
        }
        case Kind::structure:
            // The services print a Java object's identity, which means nothing to anyone but has a form.
            return "com.amazonaws.kinesis.v20131202." + std::string(shape.name) + '@' +
                   hex_encode(md5(shape.name).substr(0, 4));
    }
    return {};
}

std::int64_t length_of(const Shape& shape, const void* value) {
    switch (shape.kind) {
        case Kind::string: return utf16_length(*static_cast<const std::string*>(value));
        case Kind::blob: return static_cast<std::int64_t>(static_cast<const Blob*>(value)->bytes.size());
        case Kind::list: return static_cast<std::int64_t>(shape.list.size(value));
        case Kind::map: return static_cast<std::int64_t>(static_cast<const StringMap*>(value)->size());
        default: return 0;
    }
}

bool is_one_of(std::span<const std::string_view> values, const std::string& text) {
    for (const auto value : values) {
        if (value == text) return true;
    }
    return false;
}

/// The constraints of a scalar that `value` breaks, in the services' words and order.
std::vector<std::string> broken_constraints(const Shape& shape, const void* value) {
    std::vector<std::string> broken;
    const auto bound = [&](std::string_view what, const char* side, std::int64_t limit) {
        broken.push_back("Member must have " + std::string(what) + ' ' + side + " than or equal to " +
                         std::to_string(limit));
    };
    if (shape.kind == Kind::integer || shape.kind == Kind::long_integer) {
        const std::int64_t number = shape.kind == Kind::integer ? *static_cast<const std::int32_t*>(value)
                                                                : *static_cast<const std::int64_t*>(value);
        if (shape.min && number < *shape.min) bound("value", "greater", *shape.min);
        if (shape.max && number > *shape.max) bound("value", "less", *shape.max);
        return broken;
    }
    if (shape.kind == Kind::string) {
        const auto& text = *static_cast<const std::string*>(value);
        if (!shape.pattern.empty() && !RE2::FullMatch(text, compiled(shape.pattern))) {
            broken.push_back("Member must satisfy regular expression pattern: " + std::string(shape.pattern));
        }
        if (!shape.enumeration.empty() && !is_one_of(shape.enumeration, text)) {
            broken.push_back("Member must satisfy enum value set: [" + joined(shape.enumeration) + ']');
        }
    }
    if (shape.min || shape.max) {
        const std::int64_t length = length_of(shape, value);
        if (shape.min && length < *shape.min) bound("length", "greater", *shape.min);
        if (shape.max && length > *shape.max) bound("length", "less", *shape.max);
    }
    return broken;
}

/// What every member of a list, key of a map or value of one must satisfy, as one text.
std::string constraints_of(const Shape& shape) {
    std::string text;
    const auto add = [&](const std::string& constraint) { text += (text.empty() ? "" : ", ") + constraint; };
    if (shape.max) add("Member must have length less than or equal to " + std::to_string(*shape.max));
    if (shape.min) add("Member must have length greater than or equal to " + std::to_string(*shape.min));
    if (!shape.pattern.empty()) add("Member must satisfy regular expression pattern: " + std::string(shape.pattern));
    if (!shape.enumeration.empty()) add("Member must satisfy enum value set: [" + joined(shape.enumeration) + ']');
    return '[' + text + ']';
}

/// Whether a text's length is certainly within bounds, without counting: a byte is at most one unit, three are at least
/// one.
bool is_surely_within(const Shape& shape, const std::string& text) {
    const auto bytes = static_cast<std::int64_t>(text.size());
    return (!shape.max || bytes <= *shape.max) && (!shape.min || (bytes + 2) / 3 >= *shape.min);
}

/// Whether a value breaks none of its shape's constraints. Nearly every request is valid, and this is told without
/// writing down where each member stands.
bool is_valid(const Shape& shape, const void* value) {
    switch (shape.kind) {
        case Kind::structure:
            for (const auto& member : shape.members) {
                const void* const found = member.get(value);
                if (found ? !is_valid(*member.shape, found) : member.required) return false;
            }
            return true;
        case Kind::list: {
            const std::size_t size = shape.list.size(value);
            for (std::size_t i = 0; i < size; ++i) {
                if (!is_valid(*shape.element, shape.list.at(value, i))) return false;
            }
            return broken_constraints(shape, value).empty();
        }
        case Kind::map:
            for (const auto& [key, entry] : *static_cast<const StringMap*>(value)) {
                if (!is_valid(*shape.key, &key) || !is_valid(*shape.element, &entry)) return false;
            }
            return broken_constraints(shape, value).empty();
        case Kind::string:
            if (shape.pattern.empty() && shape.enumeration.empty() &&
                is_surely_within(shape, *static_cast<const std::string*>(value))) {
                return true;
            }
            return broken_constraints(shape, value).empty();
        default: return broken_constraints(shape, value).empty();
    }
}

std::string lower_camel(std::string_view name) {
    std::string text(name);
    // Runs of capitals go down together, all but the last before a small letter: ARN -> arn, StreamARN -> streamARN.
    for (std::size_t i = 0; i < text.size() && std::isupper(static_cast<unsigned char>(text[i])); ++i) {
        if (i > 0 && i + 1 < text.size() && std::islower(static_cast<unsigned char>(text[i + 1]))) break;
        text[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    }
    return text;
}

class Validator {
public:
    std::vector<std::string> faults;

    void structure(const Shape& shape, const void* value, const std::string& prefix) {
        for (const auto& member : shape.members) {
            if (faults.size() >= max_told_faults) return;
            const std::string path = prefix + lower_camel(member.name);
            if (const void* const found = member.get(value)) {
                one(*member.shape, found, path);
            } else if (member.required) {
                faults.push_back("Value null at '" + path + "' failed to satisfy constraint: Member must not be null");
            }
        }
    }

private:
    void one(const Shape& shape, const void* value, const std::string& path) {
        if (shape.kind == Kind::structure) return structure(shape, value, path + '.');
        for (const auto& constraint : broken_constraints(shape, value)) fault(shape, value, path, constraint);
        if (shape.kind == Kind::list) elements(shape, value, path);
        if (shape.kind == Kind::map) entries(shape, value, path);
    }

    void elements(const Shape& shape, const void* value, const std::string& path) {
        const std::size_t size = shape.list.size(value);
        for (std::size_t i = 0; i < size && faults.size() < max_told_faults; ++i) {
            const void* const element = shape.list.at(value, i);
            if (shape.element->kind == Kind::structure) {
                structure(*shape.element, element, path + '.' + std::to_string(i + 1) + ".member.");
            } else if (!broken_constraints(*shape.element, element).empty()) {
                return fault(shape, value, path, "Member must satisfy constraint: " + constraints_of(*shape.element));
            }
        }
    }

    void entries(const Shape& shape, const void* value, const std::string& path) {
        const auto& map = *static_cast<const StringMap*>(value);
        const auto any_broken = [&](const Shape& part, auto pick) {
            return std::ranges::any_of(
                map, [&](const auto& entry) { return !broken_constraints(part, &pick(entry)).empty(); });
        };
        if (any_broken(*shape.key, [](const auto& entry) -> const std::string& { return entry.first; })) {
            fault(shape, value, path, "Map keys must satisfy constraint: " + constraints_of(*shape.key));
        }
        if (any_broken(*shape.element, [](const auto& entry) -> const std::string& { return entry.second; })) {
            fault(shape, value, path, "Map value must satisfy constraint: " + constraints_of(*shape.element));
        }
    }

    void fault(const Shape& shape, const void* value, const std::string& path, const std::string& constraint) {
        faults.push_back("Value '" + printed(shape, value) + "' at '" + path +
                         "' failed to satisfy constraint: " + constraint);
    }
};

}  // namespace

std::optional<Error> validate(const Shape& shape, const void* structure) {
    if (is_valid(shape, structure)) return std::nullopt;
    Validator validator;
    validator.structure(shape, structure, {});
    if (validator.faults.empty()) return std::nullopt;
    const std::size_t count = std::min(validator.faults.size(), max_told_faults);
    std::string message =
        std::to_string(count) + (count == 1 ? " validation error detected: " : " validation errors detected: ");
    for (std::size_t i = 0; i < count; ++i) message += (i == 0 ? "" : "; ") + validator.faults[i];
    return Error(ErrorCode::validation, std::move(message));
}

}  // namespace rivulet::wire
