#include "package_facts.hpp"

#include <simdjson.h>

#include <algorithm>

namespace hoist::installer {
namespace {

/// path.posix.join('/', text).slice(1), with backslashes read as separators.
std::string rooted(std::string_view text) {
  std::vector<std::string_view> segments;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("/\\", start), text.size());
    const std::string_view segment = text.substr(start, end - start);
    start = end + 1;
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
      continue;
    }
    segments.push_back(segment);
  }
  std::string out;
  for (const std::string_view segment : segments) {
    if (!out.empty()) out += '/';
    out += segment;
  }
  return out;
}

void read_bin(simdjson::dom::element document, PackageFacts& facts) {
  simdjson::dom::element bin;
  if (document["bin"].get(bin) != simdjson::SUCCESS) return;
  const auto add = [&](std::string_view target) {
    if (std::string path = normalize_bin_target(target); !path.empty()) facts.bin_targets.push_back(std::move(path));
  };
  std::string_view text;
  simdjson::dom::object object;
  if (bin.get(text) == simdjson::SUCCESS) {
    add(text);
  } else if (bin.get(object) == simdjson::SUCCESS) {
    for (const auto field : object)
      if (field.value.get(text) == simdjson::SUCCESS) add(text);
  }
}

}  // namespace

std::string normalize_bin_target(std::string_view target) {
  std::string path = rooted(target);
  return path.find('\0') == std::string::npos ? path : std::string();
}

std::string normalize_bin_name(std::string_view name) {
  std::string path(name);
  std::replace(path.begin(), path.end(), ':', '/');
  path = rooted(path);
  if (const std::size_t slash = path.rfind('/'); slash != std::string::npos) path.erase(0, slash + 1);
  return path.find('\0') == std::string::npos ? path : std::string();
}

PackageFacts read_package_facts(std::string_view package_json) {
  PackageFacts facts;
  if (package_json.starts_with("\xEF\xBB\xBF")) package_json.remove_prefix(3);
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(package_json.data(), package_json.size(), true).get(document) != simdjson::SUCCESS) return facts;
  std::string_view text;
  if (document["name"].get(text) == simdjson::SUCCESS) facts.name = text;
  if (document["version"].get(text) == simdjson::SUCCESS) facts.version = text;
  bool gypfile = true;
  facts.gypfile_disabled = document["gypfile"].get(gypfile) == simdjson::SUCCESS && !gypfile;
  for (const char* script : {"preinstall", "install", "postinstall"}) {
    if (document["scripts"][script].get(text) == simdjson::SUCCESS && !text.empty()) facts.has_install_script = true;
  }
  read_bin(document, facts);
  return facts;
}

}  // namespace hoist::installer
