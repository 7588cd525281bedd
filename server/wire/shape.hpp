#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/clock.hpp"

/// The shapes of the service models as constant tables, bound to C++ structures. Decoding from any protocol, the
/// services' validation errors and encoding all come from these tables; no handler checks a length by hand.
namespace rivulet::wire {

enum class Kind : std::uint8_t { string, integer, long_integer, boolean, blob, timestamp, list, map, structure };

/// Bytes that JSON carries as Base64 and CBOR as a byte string.
struct Blob {
    std::string bytes;
};

/// A member the model requires: decoding leaves it empty where the request does, validation refuses that, and a handler
/// reads it like a plain value.
template <class T>
class Required {
public:
    Required() = default;
    Required(T value) : value_(std::move(value)) {}

    T& emplace() { return value_.emplace(); }
    bool has_value() const { return value_.has_value(); }
    const T& operator*() const { return *value_; }
    const T* operator->() const { return &*value_; }

private:
    std::optional<T> value_;
};

/// The order of a map's entries is the order of the request's.
using StringMap = std::vector<std::pair<std::string, std::string>>;

struct Shape;

/// A structure's member: its name on the wire and how to reach it in the C++ structure.
struct Member {
    std::string_view name;
    const Shape* shape;
    bool required;
    void* (*emplace)(void* structure);          ///< makes the member present and returns it
    const void* (*get)(const void* structure);  ///< null if absent
};

/// A vector's elements, behind its type.
struct ListAccess {
    void* (*append)(void* list);
    std::size_t (*size)(const void* list);
    const void* (*at)(const void* list, std::size_t index);
};

/// One shape of a service model.
struct Shape {
    Kind kind;
    std::optional<std::int64_t> min = {};  ///< of a number's value; of a text's, blob's, list's or map's length
    std::optional<std::int64_t> max = {};
    std::string_view pattern = {};                       ///< a text must match it whole
    std::span<const std::string_view> enumeration = {};  ///< a text must be one of them
    std::span<const Member> members = {};                ///< of a structure
    const Shape* element = nullptr;                      ///< of a list; a map's value
    const Shape* key = nullptr;                          ///< of a map
    ListAccess list = {};
    std::string_view name = {};  ///< of a structure, as the service's messages print it

    constexpr Shape between(std::int64_t least, std::int64_t most) const {
        Shape shape = *this;
        shape.min = least;
        shape.max = most;
        return shape;
    }
    constexpr Shape at_least(std::int64_t least) const {
        Shape shape = *this;
        shape.min = least;
        return shape;
    }
    constexpr Shape matching(std::string_view text) const {
        Shape shape = *this;
        shape.pattern = text;
        return shape;
    }
    constexpr Shape one_of(std::span<const std::string_view> values) const {
        Shape shape = *this;
        shape.enumeration = values;
        return shape;
    }
};

namespace detail {

template <class T>
struct KindOf;
template <>
struct KindOf<std::string> {
    static constexpr Kind kind = Kind::string;
};
template <>
struct KindOf<std::int32_t> {
    static constexpr Kind kind = Kind::integer;
};
template <>
struct KindOf<std::int64_t> {
    static constexpr Kind kind = Kind::long_integer;
};
template <>
struct KindOf<bool> {
    static constexpr Kind kind = Kind::boolean;
};
template <>
struct KindOf<Blob> {
    static constexpr Kind kind = Kind::blob;
};
template <>
struct KindOf<Timestamp> {
    static constexpr Kind kind = Kind::timestamp;
};
template <>
struct KindOf<StringMap> {
    static constexpr Kind kind = Kind::map;
};
template <class T>
struct KindOf<std::vector<T>> {
    static constexpr Kind kind = Kind::list;
};
template <class T>
struct KindOf {
    static constexpr Kind kind = Kind::structure;
};

template <class Pointer>
struct MemberPointer;
template <class S, class T>
struct MemberPointer<std::optional<T> S::*> {
    using Structure = S;
    using Value = T;
    static constexpr bool required = false;
};
template <class S, class T>
struct MemberPointer<Required<T> S::*> {
    using Structure = S;
    using Value = T;
    static constexpr bool required = true;
};

}  // namespace detail

inline constexpr Shape string_shape{Kind::string};
inline constexpr Shape integer_shape{Kind::integer};
inline constexpr Shape long_shape{Kind::long_integer};
inline constexpr Shape boolean_shape{Kind::boolean};
inline constexpr Shape blob_shape{Kind::blob};
inline constexpr Shape timestamp_shape{Kind::timestamp};

/// A member of the structure that `pointer` points into: `std::optional<T>`, or `Required<T>` where the model requires
/// it. `Structure` is a parameter because g++ 12 does not see from `pointer` alone that a structure of an anonymous
/// namespace is its file's own, and so would merge the members of equal names of two files.
template <auto pointer, class Structure = typename detail::MemberPointer<decltype(pointer)>::Structure>
constexpr Member member(std::string_view name, const Shape& shape) {
    using Traits = detail::MemberPointer<decltype(pointer)>;
    // A table that binds a shape to another kind of value does not compile: this is no constant expression then.
    if (shape.kind != detail::KindOf<typename Traits::Value>::kind) throw "the member's type is not the shape's";
    return {name, &shape, Traits::required,
            [](void* structure) -> void* { return &(static_cast<Structure*>(structure)->*pointer).emplace(); },
            [](const void* structure) -> const void* {
                const auto& field = static_cast<const Structure*>(structure)->*pointer;
                return field.has_value() ? &*field : nullptr;
            }};
}

constexpr Shape structure_shape(std::string_view name, std::span<const Member> members) {
    return {.kind = Kind::structure, .members = members, .name = name};
}

/// A list held as `std::vector<T>`.
template <class T>
constexpr Shape list_shape(const Shape& element) {
    return {.kind = Kind::list,
            .element = &element,
            .list = {[](void* list) -> void* { return &static_cast<std::vector<T>*>(list)->emplace_back(); },
                     [](const void* list) { return static_cast<const std::vector<T>*>(list)->size(); },
                     [](const void* list, std::size_t index) -> const void* {
                         return &(*static_cast<const std::vector<T>*>(list))[index];
                     }}};
}

/// A map of texts to texts, held as a StringMap.
constexpr Shape map_shape(const Shape& key, const Shape& value) {
    return {.kind = Kind::map, .element = &value, .key = &key};
}

}  // namespace rivulet::wire
