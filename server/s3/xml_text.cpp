#include "server/s3/xml_text.hpp"

#include "common/utf8.hpp"

namespace rivulet::s3 {

XmlText& XmlText::root(std::string_view name) {
    xml_ += '<';
    xml_ += name;
    xml_ += " xmlns=\"";
    xml_ += xml_namespace;
    xml_ += "\">";
    return *this;
}

XmlText& XmlText::open(std::string_view name) {
    xml_ += '<';
    xml_ += name;
    xml_ += '>';
    return *this;
}

XmlText& XmlText::close(std::string_view name) {
    xml_ += "</";
    xml_ += name;
    xml_ += '>';
    return *this;
}

XmlText& XmlText::text(std::string_view name, std::string_view text) {
    open(name);
    append_escaped(text);
    return close(name);
}

void XmlText::append_escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : to_utf8(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '&') {
            xml_ += "&amp;";
        } else if (c == '<') {
            xml_ += "&lt;";
        } else if (c == '>') {
            xml_ += "&gt;";
        } else if (c == '"') {
            xml_ += "&quot;";
        } else if (byte < 0x20) {
            xml_ += "&#x";
            if (byte >= 0x10) xml_ += digits[byte >> 4];
            xml_ += digits[byte & 0xf];
            xml_ += ';';
        } else {
            xml_ += c;
        }
    }
}

}  // namespace rivulet::s3
