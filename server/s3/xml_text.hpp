#pragma once

#include <string>
#include <string_view>

namespace rivulet::s3 {

/// The namespace of every S3 document.
inline constexpr std::string_view xml_namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Builds an XML document from the outside in: `open`, `text`, `close`. Texts are escaped; characters that XML 1.0 has
/// no place for are written as numeric references, as the service does; bytes that are not UTF-8 are replaced.
class XmlText {
public:
    XmlText() : xml_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

    /// The document's element, in S3's namespace.
    XmlText& root(std::string_view name);
    XmlText& open(std::string_view name);
    XmlText& close(std::string_view name);
    /// `<name>text</name>`
    XmlText& text(std::string_view name, std::string_view text);

    std::string take() { return std::move(xml_); }

private:
    void append_escaped(std::string_view text);

    std::string xml_;
};

}  // namespace rivulet::s3
