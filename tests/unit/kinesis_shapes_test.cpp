// Every shape of every operation's input, tried from both sides of everything the model says of it, in JSON and CBOR.
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "common/base64.hpp"
#include "server/kinesis/operations.hpp"

namespace rivulet {
namespace {

using nlohmann::json;
using wire::Format;
using wire::Kind;
using wire::Shape;

/// Texts on both sides of a pattern, and one that matches at any length that the service asks for.
struct PatternExamples {
    std::string pattern;
    std::string matching;
    std::string other;
    char filling;  ///< appended to `matching`, makes it longer and keeps it matching; 0: nothing does
};

const std::vector<PatternExamples>& pattern_examples() {
    static const std::vector<PatternExamples> all = {
        {"[a-zA-Z0-9_.-]+", "a", "a b", 'a'},
        {R"(arn:aws.*:kinesis:.*:\d{12}:stream/\S+)", "arn:aws:kinesis:us-east-1:000000000000:stream/s",
         "arn:aws:kinesis:us-east-1:0:stream/s", 's'},
        {R"(arn:aws.*:kinesis:.*:\d{12}:.*stream/\S+)", "arn:aws:kinesis:us-east-1:000000000000:stream/s",
         "arn:aws:sqs:us-east-1:000000000000:stream/s", 's'},
        {R"(^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+)",
         "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1",
         "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c", '1'},
        {"[a-z0-9]{20}-[a-z0-9]{3}", "abcdefghij0123456789-abc", "ABCDEFGHIJ0123456789-abc", 0},
        {R"(0|([1-9]\d{0,38}))", "170141183460469231731687303715884105728", "01", 0},
        {R"(0|([1-9]\d{0,128}))", "49590338271490256608559692538361571095921575989136588898", "-1", 0},
    };
    return all;
}

const PatternExamples& examples_of(std::string_view pattern) {
    const auto found = std::ranges::find(pattern_examples(), pattern, &PatternExamples::pattern);
    if (found != pattern_examples().end()) return *found;
    ADD_FAILURE() << "no examples for the pattern " << pattern << ": add some to pattern_examples()";
    return pattern_examples().front();
}

/// A text of that many characters, all of the shape's constraints kept where they can be.
std::string text_of_length(const Shape& shape, std::size_t length) {
    if (shape.pattern.empty()) return std::string(length, 'x');
    const auto& examples = examples_of(shape.pattern);
    if (length < examples.matching.size()) return examples.matching.substr(0, length);
    return examples.matching +
           std::string(length - examples.matching.size(), examples.filling ? examples.filling : 'x');
}

json valid_value(const Shape& shape);

json valid_list(const Shape& shape, std::size_t size) {
    json list = json::array();
    for (std::size_t i = 0; i < size; ++i) list.push_back(valid_value(*shape.element));
    return list;
}

json valid_map(const Shape& shape, std::size_t size) {
    json map = json::object();
    for (std::size_t i = 0; i < size; ++i) map["key" + std::to_string(i)] = valid_value(*shape.element);
    return map;
}

json valid_value(const Shape& shape) {
    switch (shape.kind) {
        case Kind::string:
            if (!shape.enumeration.empty()) return std::string(shape.enumeration.front());
            if (!shape.pattern.empty()) return examples_of(shape.pattern).matching;
            return std::string(static_cast<std::size_t>(std::max<std::int64_t>(shape.min.value_or(1), 1)), 'x');
        case Kind::integer:
        case Kind::long_integer: return shape.min.value_or(1);
        case Kind::boolean: return true;
        case Kind::blob: return json::binary({1, 2, 3});
        case Kind::timestamp: return 1'700'000'000;
        case Kind::list: return valid_list(shape, static_cast<std::size_t>(shape.min.value_or(1)));
        case Kind::map: return valid_map(shape, static_cast<std::size_t>(shape.min.value_or(1)));
        case Kind::structure: break;
    }
    json structure = json::object();
    for (const auto& member : shape.members) structure[std::string(member.name)] = valid_value(*member.shape);
    return structure;
}

/// Bytes are Base64 in JSON.
json with_base64(json value) {
    if (value.is_binary()) {
        const auto& bytes = value.get_binary();
        return base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    if (value.is_structured()) {
        for (auto& element : value) element = with_base64(std::move(element));
    }
    return value;
}

std::string encoded(Format format, const json& document) {
    if (format == Format::json) return with_base64(document).dump();
    std::string bytes;
    json::to_cbor(document, bytes);
    return bytes;
}

/// What the operation says against an input before it is run; empty if nothing.
std::string refusal(const kinesis::Operation& operation, Format format, const json& document) {
    const auto structure = operation.new_input();
    const auto decoded = wire::decode(format, encoded(format, document), operation.input, structure.get());
    EXPECT_TRUE(decoded.well_formed && decoded.is_object) << document;
    if (decoded.type_fault) return "SerializationException: " + *decoded.type_fault;
    const auto broken = wire::validate(*operation.input, structure.get());
    return broken ? broken->message : "";
}

/// A place in an operation's input: where it is in the document, and how the service's messages call it.
struct Place {
    const Shape* shape;
    json::json_pointer pointer;
    std::string path;
    bool required = false;
    /// Set: an element of a list, or a map's key or value. The message is then the collection's.
    const Shape* collection = nullptr;
    std::string what_of_collection = {};
};

class ShapesOf {
public:
    explicit ShapesOf(const kinesis::Operation& operation)
        : operation_(operation), valid_(valid_value(*operation.input)) {}

    void check() {
        accepts(valid_, "the valid input");
        structure(*operation_.input, json::json_pointer(), "");
    }

private:
    void structure(const Shape& shape, const json::json_pointer& pointer, const std::string& prefix) {
        json document = valid_;
        document[pointer / "AMemberOfNextYear"] = {{"deep", {1, nullptr, {{"x", "y"}}}}};
        accepts(document, prefix + " with an unknown member");
        for (const auto& member : shape.members) {
            std::string name(member.name);
            name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
            Place place{member.shape, pointer / std::string(member.name), prefix + name, member.required};
            absence(pointer, place, std::string(member.name));
            value(place);
        }
    }

    void absence(const json::json_pointer& parent, const Place& place, const std::string& name) {
        json absent = valid_;
        absent[parent].erase(name);
        json null = valid_;
        null[place.pointer] = nullptr;
        for (const auto& document : {absent, null}) {
            if (place.required) {
                refuses(document,
                        "Value null at '" + place.path + "' failed to satisfy constraint: Member must not be null");
            } else {
                accepts(document, "no " + place.path);
            }
        }
    }

    void value(const Place& place) {
        types(place);
        switch (place.shape->kind) {
            case Kind::string: return text(place);
            case Kind::integer:
            case Kind::long_integer: return number(place);
            case Kind::blob:
                return sizes(place, [](std::size_t size) { return json::binary(std::vector<std::uint8_t>(size, 7)); });
            case Kind::list:
                sizes(place, [&](std::size_t size) { return valid_list(*place.shape, size); });
                return element(place);
            case Kind::map:
                sizes(place, [&](std::size_t size) { return valid_map(*place.shape, size); });
                return entry(place);
            case Kind::structure: return structure(*place.shape, place.pointer, place.path + '.');
            case Kind::boolean:
            case Kind::timestamp: return;
        }
    }

    void element(const Place& list) {
        const Shape& shape = *list.shape->element;
        if (shape.kind == Kind::structure) {
            return structure(shape, list.pointer / 0, list.path + ".1.member.");
        }
        value({&shape, list.pointer / 0, list.path, false, list.shape, "Member must satisfy constraint: "});
        json document = valid_;
        document[list.pointer][0] = nullptr;
        if (shape.min.value_or(0) > 0 || !shape.enumeration.empty()) {
            EXPECT_NE(refused(document), "") << "a null in " << list.path;
        }
    }

    void entry(const Place& map) {
        value({map.shape->element, map.pointer / "key0", map.path, false, map.shape,
               "Map value must satisfy constraint: "});
        const Shape& key = *map.shape->key;
        for (const auto& [length, fits] : lengths_around(key)) {
            json document = valid_;
            document[map.pointer] = {{std::string(length, 'k'), "v"}};
            if (fits) {
                accepts(document, "a key of " + std::to_string(length));
            } else {
                refuses(document, "at '" + map.path +
                                      "' failed to satisfy constraint: Map keys must satisfy constraint: " +
                                      all_constraints(key));
            }
        }
    }

    static std::vector<std::pair<std::size_t, bool>> lengths_around(const Shape& shape) {
        std::vector<std::pair<std::size_t, bool>> lengths;
        if (shape.min.value_or(0) > 0) lengths.emplace_back(*shape.min - 1, false);
        if (shape.min) lengths.emplace_back(*shape.min, true);
        if (shape.max) lengths.emplace_back(*shape.max, true);
        if (shape.max) lengths.emplace_back(*shape.max + 1, false);
        return lengths;
    }

    static std::string bound_text(const char* what, bool too_small, const Shape& shape) {
        return std::string("Member must have ") + what + (too_small ? " greater" : " less") + " than or equal to " +
               std::to_string(too_small ? *shape.min : *shape.max);
    }

    static std::string enumeration_text(const Shape& shape) {
        std::string values;
        for (const auto value : shape.enumeration) values += (values.empty() ? "" : ", ") + std::string(value);
        return "Member must satisfy enum value set: [" + values + ']';
    }

    static std::string all_constraints(const Shape& shape) {
        std::string text;
        const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
        if (shape.max) add(bound_text("length", false, shape));
        if (shape.min) add(bound_text("length", true, shape));
        if (!shape.pattern.empty())
            add("Member must satisfy regular expression pattern: " + std::string(shape.pattern));
        if (!shape.enumeration.empty()) add(enumeration_text(shape));
        return '[' + text + ']';
    }

    void text(const Place& place) {
        const Shape& shape = *place.shape;
        if (!shape.enumeration.empty()) {
            for (const auto value : shape.enumeration) fits(place, std::string(value));
            breaks(place, "nothing of these", enumeration_text(shape));
            breaks(place, "", enumeration_text(shape));
            return;
        }
        for (const auto& [length, is_within] : lengths_around(shape)) {
            const std::string value = text_of_length(shape, length);
            const bool matches = shape.pattern.empty() || length >= examples_of(shape.pattern).matching.size();
            if (is_within && matches) fits(place, value);
            if (!is_within)
                breaks(place, value,
                       bound_text("length", shape.min && length < static_cast<std::size_t>(*shape.min), shape));
        }
        if (shape.pattern.empty()) return;
        fits(place, examples_of(shape.pattern).matching);
        const std::string constraint = "Member must satisfy regular expression pattern: " + std::string(shape.pattern);
        breaks(place, examples_of(shape.pattern).other, constraint);
        breaks(place, examples_of(shape.pattern).matching + '\n', constraint);
    }

    void number(const Place& place) {
        const Shape& shape = *place.shape;
        if (shape.min) {
            fits(place, *shape.min);
            fits(place, static_cast<double>(*shape.min) + 0.5);
            breaks(place, *shape.min - 1, bound_text("value", true, shape));
            breaks(place, static_cast<double>(*shape.min) - 0.5, bound_text("value", true, shape),
                   std::to_string(*shape.min - 1));
        }
        if (shape.max) {
            fits(place, *shape.max);
            fits(place, static_cast<double>(*shape.max) + 0.9);
            breaks(place, *shape.max + 1, bound_text("value", false, shape));
            const std::int64_t most = shape.kind == Kind::integer ? std::numeric_limits<std::int32_t>::max()
                                                                  : std::numeric_limits<std::int64_t>::max();
            breaks(place, 1e30, bound_text("value", false, shape), std::to_string(most));
        } else {
            fits(place, 1e30);
        }
    }

    void sizes(const Place& place, const std::function<json(std::size_t)>& make) {
        const Shape& shape = *place.shape;
        for (const auto& [size, is_within] : lengths_around(shape)) {
            if (is_within) {
                fits(place, make(size));
            } else {
                refuses(with(place, make(size)),
                        "at '" + place.path + "' failed to satisfy constraint: " +
                            bound_text("length", shape.min && size < static_cast<std::size_t>(*shape.min), shape));
            }
        }
    }

    /// The table of type errors, row by row.
    void types(const Place& place) {
        const std::string boolean = "class java.lang.Boolean can not be converted to ";
        const std::string number =
            "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to ";
        const std::string string = "class java.lang.String can not be converted to ";
        const std::string list = "Start of list found where not expected";
        const std::string object = "Start of structure or map found where not expected.";
        const auto each = [&](std::initializer_list<std::pair<json, std::string>> rows) {
            for (const auto& [value, text] : rows) mistyped(place, value, text);
        };
        switch (place.shape->kind) {
            case Kind::string:
                return each({{true, boolean + "an String"},
                             {1, number + "an String"},
                             {json::array(), list},
                             {json::object(), object}});
            case Kind::integer:
                return each({{true, boolean + "an Integer"},
                             {"1", string + "an Integer"},
                             {json::array(), list},
                             {json::object(), object}});
            case Kind::long_integer:
                return each({{true, boolean + "an Long"},
                             {"1", string + "an Long"},
                             {json::array(), list},
                             {json::object(), object}});
            case Kind::boolean:
                return each({{1, number + "an Boolean"},
                             {"true", "'TRUE' can not be converted to an Boolean"},
                             {json::array(), list},
                             {json::object(), object}});
            case Kind::blob:
                return each(
                    {{true, boolean + "a Blob"},
                     {1, number + "a Blob"},
                     {json::array(), list},
                     {json::object(), object},
                     {"abc",
                      "'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes "
                      "but found: 3"},
                     {"ab*=", "'ab*=' can not be converted to a Blob: Invalid Base64 character: '*'"},
                     {"ab==",
                      "'ab==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected"}});
            case Kind::timestamp:
                return each({{true, boolean + "milliseconds since epoch"},
                             {"now", string + "milliseconds since epoch"},
                             {json::array(), list},
                             {json::object(), object}});
            case Kind::list:
                return each({{true, "Expected list or null"},
                             {1, "Expected list or null"},
                             {"x", "Expected list or null"},
                             {json::object(), object}});
            case Kind::map:
                return each({{true, "Expected map or null"},
                             {1, "Expected map or null"},
                             {"x", "Expected map or null"},
                             {json::array(), list}});
            case Kind::structure:
                return each(
                    {{true, "Expected null"}, {1, "Expected null"}, {"x", "Expected null"}, {json::array(), list}});
        }
    }

    json with(const Place& place, json value) const {
        json document = valid_;
        document[place.pointer] = std::move(value);
        return document;
    }

    void fits(const Place& place, json value) { accepts(with(place, std::move(value)), place.path); }

    void mistyped(const Place& place, const json& value, const std::string& text) {
        EXPECT_EQ(refused(with(place, value)), "SerializationException: " + text) << place.path;
    }

    /// A scalar breaks a constraint; the message prints it as `shown`.
    void breaks(const Place& place, const json& value, const std::string& constraint, std::string shown = {}) {
        if (shown.empty()) shown = value.is_string() ? value.get<std::string>() : value.dump();
        const json document = with(place, value);
        if (!place.collection) {
            return refuses(document,
                           "Value '" + shown + "' at '" + place.path + "' failed to satisfy constraint: " + constraint);
        }
        shown = place.collection->kind == Kind::list ? '[' + shown + ']' : "{key0=" + shown + '}';
        refuses(document, "Value '" + shown + "' at '" + place.path + "' failed to satisfy constraint: " +
                              place.what_of_collection + all_constraints(*place.shape));
    }

    void refuses(const json& document, const std::string& fault) {
        const std::string text = refused(document);
        EXPECT_TRUE(text.find(" validation error") == 1 && text.find(fault) != std::string::npos)
            << operation_.name << "\n wanted " << fault.substr(0, 500) << "\n got    " << text.substr(0, 500);
    }

    void accepts(const json& document, const std::string& what) {
        EXPECT_EQ(refused(document).substr(0, 500), "") << operation_.name << ": " << what.substr(0, 500);
    }

    /// The refusal of both formats, which must be the same.
    std::string refused(const json& document) const {
        const std::string by_json = refusal(operation_, Format::json, document);
        EXPECT_EQ(by_json.substr(0, 500), refusal(operation_, Format::cbor, document).substr(0, 500))
            << operation_.name;
        return by_json;
    }

    const kinesis::Operation& operation_;
    const json valid_;
};

TEST(KinesisShapes, every_constraint_of_every_operation_is_kept_from_both_sides_in_both_formats) {
    for (const auto* operation : kinesis::operations()) {
        SCOPED_TRACE(operation->name);
        ShapesOf(*operation).check();
    }
}

TEST(KinesisShapes, operations_stand_in_the_order_of_their_names) {
    EXPECT_TRUE(std::ranges::is_sorted(kinesis::operations(), {}, &kinesis::Operation::name));
}

}  // namespace
}  // namespace rivulet
