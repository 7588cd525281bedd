#include "common/arn.hpp"

#include <array>

namespace rivulet {

std::optional<Arn> parse_arn(std::string_view text) {
    std::array<std::string_view, 5> parts;
    for (auto& part : parts) {
        const auto colon = text.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        part = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (parts[0] != "arn" || text.empty()) return std::nullopt;
    return Arn{std::string(parts[1]), std::string(parts[2]), std::string(parts[3]), std::string(parts[4]),
               std::string(text)};
}

std::string to_string(const Arn& arn) {
    return "arn:" + arn.partition + ':' + arn.service + ':' + arn.region + ':' + arn.account + ':' + arn.resource;
}

std::string_view partition_of(std::string_view region) {
    if (region.starts_with("cn-")) return "aws-cn";
    if (region.starts_with("us-gov-")) return "aws-us-gov";
    return "aws";
}

std::string make_arn(std::string_view service, const AccountRegion& owner, std::string_view resource) {
    return to_string(Arn{std::string(partition_of(owner.region)), std::string(service), owner.region, owner.account,
                         std::string(resource)});
}

}  // namespace rivulet
