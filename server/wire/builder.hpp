#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/wire/decode.hpp"
#include "server/wire/shape.hpp"

namespace rivulet::wire {

/// How many lists and maps may stand in each other: more than in any shape, and as many as any client's document needs.
constexpr std::size_t max_document_depth = 64;

/// Takes the events of a JSON or CBOR document and builds the C++ structure that the shapes describe, without a tree in
/// between.
class Builder {
public:
    // What nlohmann's readers ask of a taker of events.
    using json = nlohmann::json;
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
    bool binary(json::binary_t& value) {
        if (auto* bytes = byte_string()) bytes->assign(value.begin(), value.end());
        return true;
    }
    /// Of a byte string: where its bytes go; null: they are passed over.
    std::string* byte_string();
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
        if (stack_.size() < max_document_depth) return false;
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

}  // namespace rivulet::wire
