#pragma once

#include <string>
#include <string_view>

#include "common/result.hpp"
#include "server/s3/operations.hpp"
#include "server/s3/xml_text.hpp"

namespace rivulet::s3 {

/// What both forms of listing understand.
struct ListingParameters {
    std::string prefix;
    std::string delimiter;
    std::size_t max_keys = 1000;
    bool encode = false;  ///< encoding-type=url: names in the document are percent-encoded
};

/// Errors: s3_invalid_argument.
Result<ListingParameters> listing_parameters(const Call& call);

/// A key or prefix as the document shows it.
std::string shown_name(std::string_view name, bool encode);

/// Appends the Contents and CommonPrefixes elements. `owner`, if not empty, is the account shown as each object's.
void append_items(XmlText& xml, const ObjectListing& listing, const ListingParameters& parameters,
                  std::string_view owner);

}  // namespace rivulet::s3
