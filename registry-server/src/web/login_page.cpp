#include "web/login_page.hpp"

#include "hoist/base/text.hpp"

namespace hoist::registry {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:4rem auto;padding:0 1rem;color:#222}"
    "h1{font-size:1.3rem}label{display:block;margin:.8rem 0}input{display:block;width:100%;padding:.5rem;"
    "font:inherit;box-sizing:border-box;border:1px solid #999;border-radius:4px}"
    "button{font:inherit;padding:.5rem 1.2rem;border:0;border-radius:4px;background:#1a5fb4;color:#fff}"
    ".problem{color:#a40000}code{background:#eee;padding:.1rem .3rem}";

std::string page(std::string_view title, std::string_view content) {
  return fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>"
      "<meta name=\"viewport\" content=\"width=device-width\"><style>{1}</style></head>"
      "<body><h1>{0}</h1>{2}</body></html>\n",
      escape_html(title), kStyle, content);
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string render_login_page(const LoginPage& login) {
  const std::string problem =
      login.problem.empty() ? ""
                            : fmt::format("<p class=\"problem\" role=\"alert\">{}</p>", escape_html(login.problem));
  return page(
      "Log in to this registry",
      fmt::format(
          "<p>A program at <code>{}</code> ({}) asks to log in as you. Go on only if you have just started that "
          "login yourself. Its address in the terminal ends with <code>{}</code>.</p>{}"
          "<form method=\"post\" action=\"{}\">"
          "<label>User name<input name=\"username\" autocomplete=\"username\" required autofocus></label>"
          "<label>Password<input name=\"password\" type=\"password\" autocomplete=\"current-password\" "
          "required></label><button name=\"confirm\" value=\"yes\">Log in</button></form>",
          escape_html(login.address), escape_html(login.agent), escape_html(login.code), problem,
          escape_html(login.action)));
}

std::string render_message_page(std::string_view title, std::string_view sentence) {
  return page(title, fmt::format("<p>{}</p>", escape_html(sentence)));
}

}  // namespace hoist::registry
