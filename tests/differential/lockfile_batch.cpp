/// Writes lockfiles again as asked, one JSON request and answer a line, for lockfile.mjs to compare with npm.

#include <iostream>

#include "hoist/base/json.hpp"
#include "hoist/lockfile/read.hpp"
#include "hoist/lockfile/write.hpp"

namespace {

using namespace hoist;

bool flag(const Json& request, std::string_view key, bool otherwise) {
  const Json* value = find_member(request, key);
  return value != nullptr && value->is_boolean() ? value->get<bool>() : otherwise;
}

std::string answer(const Json& request) {
  const std::string* file = find_string(request, "file");
  auto lock = lockfile::read_lockfile(file != nullptr ? *file : "");
  if (!lock) return "error " + lock.error().code + ": " + lock.error().message;
  if (!*lock) return "error ENOLOCK";
  lockfile::WriteOptions options;
  options.hidden = flag(request, "hidden", false);
  options.omit_registry_resolved = flag(request, "omit", false);
  options.format = flag(request, "format", true);
  if (const std::string* indent = find_string(request, "indent"); indent != nullptr) options.style.indent = *indent;
  if (const std::string* newline = find_string(request, "newline"); newline != nullptr)
    options.style.newline = *newline;
  if (const Json* version = find_member(request, "version"); version != nullptr && version->is_number_integer())
    (*lock)->lockfile_version = version->get<int>();
  if (options.hidden) (*lock)->name.clear(), (*lock)->version.clear();
  return write_lockfile(**lock, options);
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto request = parse_json(line, "request");
    const Json reply = {{"text", request ? answer(*request) : "error EREQUEST"}};
    std::cout << reply.dump() << '\n';
  }
}
