#pragma once
/// Builds tarballs in memory, honest and hostile ones.

#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace hoist::test {

struct TarFields {
  char type = '0';
  std::uint32_t mode = 0644;
  std::string link;
  std::string raw_size;  ///< written as it is instead of the octal size
  bool break_checksum = false;
};

class TarBuilder {
 public:
  /// One entry with its body. Names over 100 bytes get a pax header.
  TarBuilder& add(std::string_view path, std::string_view body, const TarFields& fields = {}) {
    if (path.size() > 100) {
      pax({{"path", std::string(path)}});
      path = path.substr(path.size() - 100);
    }
    header(path, body.size(), fields);
    append_body(body);
    return *this;
  }
  TarBuilder& directory(std::string_view path) { return add(path, "", {.type = '5', .mode = 0755}); }
  TarBuilder& link(std::string_view path, std::string_view target, char type = '2') {
    return add(path, "", {.type = type, .link = std::string(target)});
  }
  /// A header that declares `size` bytes, without a body.
  TarBuilder& declare(std::string_view path, std::uint64_t size, char type = '0') {
    header(path, size, {.type = type});
    return *this;
  }
  TarBuilder& pax(std::initializer_list<std::pair<std::string, std::string>> records, char type = 'x') {
    std::string text;
    for (const auto& [key, value] : records) {
      const std::string rest = " " + key + "=" + value + "\n";
      std::size_t length = rest.size() + 1;
      while (std::to_string(length).size() + rest.size() != length) ++length;
      text += std::to_string(length) + rest;
    }
    header("PaxHeader", text.size(), {.type = type});
    append_body(text);
    return *this;
  }
  TarBuilder& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  /// The archive so far with its two closing blocks.
  [[nodiscard]] std::string tar() const { return bytes_ + std::string(1024, '\0'); }
  [[nodiscard]] std::string tgz() const { return gzip(tar()); }

  static std::string gzip(std::string_view bytes, int level = 1) {
    z_stream stream{};
    deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
  }

 private:
  void header(std::string_view path, std::uint64_t size, const TarFields& fields) {
    char block[512] = {};
    std::memcpy(block, path.data(), std::min<std::size_t>(path.size(), 100));
    std::snprintf(block + 100, 8, "%07o", fields.mode);
    std::snprintf(block + 108, 8, "%07o", 0U);
    std::snprintf(block + 116, 8, "%07o", 0U);
    std::snprintf(block + 124, 13, "%012llo", static_cast<unsigned long long>(size));
    if (!fields.raw_size.empty())
      std::memcpy(block + 124, fields.raw_size.data(), std::min<std::size_t>(fields.raw_size.size(), 12));
    std::memset(block + 136, '0', 11);
    block[156] = fields.type;
    std::memcpy(block + 157, fields.link.data(), std::min<std::size_t>(fields.link.size(), 100));
    std::memcpy(block + 257,
                "ustar\0"
                "00",
                8);
    std::memset(block + 148, ' ', 8);
    unsigned sum = fields.break_checksum ? 1 : 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    std::snprintf(block + 148, 8, "%06o", sum);
    bytes_.append(block, 512);
  }
  void append_body(std::string_view body) {
    bytes_ += body;
    bytes_.append((512 - body.size() % 512) % 512, '\0');
  }

  std::string bytes_;
};

}  // namespace hoist::test
