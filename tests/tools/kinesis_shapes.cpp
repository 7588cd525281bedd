// Prints the shape tables of every operation of Kinesis Data Streams as JSON, for the comparison with the service model
// that an SDK ships (tests/conformance/test_service_model.py).
#include <iostream>
#include <nlohmann/json.hpp>

#include "server/kinesis/operations.hpp"
#include "server/kinesis/subscription.hpp"

namespace {

using nlohmann::ordered_json;
using rivulet::wire::Kind;
using rivulet::wire::Shape;

const char* type_of(Kind kind) {
    switch (kind) {
        case Kind::string: return "string";
        case Kind::integer: return "integer";
        case Kind::long_integer: return "long";
        case Kind::boolean: return "boolean";
        case Kind::blob: return "blob";
        case Kind::timestamp: return "timestamp";
        case Kind::list: return "list";
        case Kind::map: return "map";
        case Kind::structure: return "structure";
    }
    return "";
}

ordered_json described(const Shape& shape) {
    ordered_json description = {{"type", type_of(shape.kind)}};
    if (shape.min) description["min"] = *shape.min;
    if (shape.max) description["max"] = *shape.max;
    if (!shape.pattern.empty()) description["pattern"] = shape.pattern;
    for (const auto value : shape.enumeration) description["enum"].push_back(value);
    if (shape.kind == Kind::list) description["member"] = described(*shape.element);
    if (shape.kind == Kind::map) {
        description["key"] = described(*shape.key);
        description["value"] = described(*shape.element);
    }
    if (shape.kind != Kind::structure) return description;
    description["members"] = ordered_json::object();
    for (const auto& member : shape.members) {
        description["members"][std::string(member.name)] = described(*member.shape);
        if (member.required) description["required"].push_back(member.name);
    }
    return description;
}

}  // namespace

int main() {
    ordered_json operations;
    for (const auto* operation : rivulet::kinesis::operations()) {
        auto& description = operations[std::string(operation->name)];
        description["input"] = described(*operation->input);
        if (operation->output) description["output"] = described(*operation->output);
    }
    operations["SubscribeToShard"]["events"] = {
        {"SubscribeToShardEvent", described(rivulet::kinesis::subscribe_to_shard_event)}};
    std::cout << operations.dump(1) << std::endl;
}
