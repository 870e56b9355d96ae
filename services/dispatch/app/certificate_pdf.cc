#include "services/dispatch/app/certificate_pdf.h"

#include <absl/strings/str_cat.h>
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

#include <memory>

#include "common/clock/time_text.h"

namespace baodao::dispatch {
namespace {

// Points, 1/72 of an inch.
constexpr double kWidth = 595.28, kHeight = 841.89, kMargin = 70, kQrSide = 150;
constexpr char kFont[] = "Noto Sans CJK SC";

template <auto kFree>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, FreeWith<cairo_surface_destroy>>;
using Cairo = std::unique_ptr<cairo_t, FreeWith<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, FreeWith<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, FreeWith<pango_font_description_free>>;
using Qr = std::unique_ptr<QRcode, FreeWith<QRcode_free>>;

cairo_status_t Append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

Time AtSecond(int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

std::string Duration(int64_t minutes) {
  return absl::StrCat(minutes / 60, " 小时 ", minutes % 60, " 分钟");
}

std::string BodyOf(const v1::CertificateFacts& facts) {
  return absl::StrCat("兹证明 ", facts.name(), " 自 ", LocalTime(AtSecond(facts.period_start())),
                      " 至 ", LocalTime(AtSecond(facts.period_end())), "，在", facts.area_name(),
                      "参加志愿服务 ", facts.service_count(), " 次，累计服务时长 ",
                      Duration(facts.automatic_minutes() + facts.manual_minutes()),
                      "。\n\n其中：签到签退记录 ", Duration(facts.automatic_minutes()),
                      "；经核实补录或更正 ", Duration(facts.manual_minutes()), "。\n\n特此证明。");
}

std::string SealOf(const v1::CertificateFacts& facts) {
  return absl::StrCat("出具单位：", facts.area_name(), "\n出具时间：",
                      LocalTime(AtSecond(facts.issue_time())), "\n有效期至：",
                      LocalTime(AtSecond(facts.expire_time())));
}

std::string NoteOf(const v1::CertificateFacts& facts) {
  return absl::StrCat(
      "证明编号：", facts.number(), "\n签名密钥：", facts.kid(),
      "\n\n二维码内是本证明的全部内容及其数字签名。任何人都可以用公布的密钥离线核验，"
      "内容有任何改动都会被发现。核验时请同时查询已撤销证明的名单。");
}

// A page that texts are set on; it notes whether a font lacked a character.
class Page {
 public:
  explicit Page(cairo_t* cairo) : cairo_(cairo) {}

  // Below one another, from `top`; answers where the text ends.
  double Write(const std::string& text, double size, double left, double top, double width,
               PangoAlignment alignment = PANGO_ALIGN_LEFT) {
    const Layout layout(pango_cairo_create_layout(cairo_));
    pango_cairo_context_set_resolution(pango_layout_get_context(layout.get()), 72);
    const Font font(pango_font_description_new());
    pango_font_description_set_family(font.get(), kFont);
    pango_font_description_set_size(font.get(), static_cast<int>(size * PANGO_SCALE));
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout.get(), alignment);
    pango_layout_set_line_spacing(layout.get(), 1.4F);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    complete_ = complete_ && pango_layout_get_unknown_glyphs_count(layout.get()) == 0;
    cairo_move_to(cairo_, left, top);
    pango_cairo_show_layout(cairo_, layout.get());
    int height = 0;
    pango_layout_get_size(layout.get(), nullptr, &height);
    return top + static_cast<double>(height) / PANGO_SCALE;
  }

  void Frame() {
    cairo_set_line_width(cairo_, 1.5);
    cairo_rectangle(cairo_, 36, 36, kWidth - 72, kHeight - 72);
    cairo_stroke(cairo_);
  }

  // With a quiet zone of four modules around it.
  void Draw(const QRcode& qr, double left, double top) {
    const double module = kQrSide / (qr.width + 8);
    for (int y = 0; y < qr.width; ++y) {
      for (int x = 0; x < qr.width; ++x) {
        if ((qr.data[y * qr.width + x] & 1) == 0) continue;
        cairo_rectangle(cairo_, left + (x + 4) * module, top + (y + 4) * module, module, module);
      }
    }
    cairo_fill(cairo_);
  }

  bool complete() const { return complete_; }

 private:
  cairo_t* cairo_;
  bool complete_ = true;
};

}  // namespace

absl::StatusOr<std::string> RenderCertificate(const v1::CertificateFacts& facts,
                                              const std::string& signed_text) {
  const Qr qr(QRcode_encodeData(static_cast<int>(signed_text.size()),
                                reinterpret_cast<const unsigned char*>(signed_text.data()), 0,
                                QR_ECLEVEL_M));
  if (qr == nullptr) return absl::InternalError("the facts do not fit into a QR code");
  std::string pdf;
  const Surface surface(cairo_pdf_surface_create_for_stream(Append, &pdf, kWidth, kHeight));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, "志愿服务时长证明");
  // Instead of the time of printing: the same certificate is the same file.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                 ToRfc3339(AtSecond(facts.issue_time())).c_str());
  const Cairo cairo(cairo_create(surface.get()));
  const double inside = kWidth - 2 * kMargin;
  Page page(cairo.get());
  page.Frame();
  page.Write("志愿服务时长证明", 26, kMargin, 100, inside, PANGO_ALIGN_CENTER);
  const double body = page.Write(BodyOf(facts), 14, kMargin, 190, inside);
  page.Write(SealOf(facts), 13, kMargin, body + 50, inside, PANGO_ALIGN_RIGHT);
  const double foot = kHeight - 60 - kQrSide;
  page.Draw(*qr, kMargin - 10, foot);
  page.Write(NoteOf(facts), 9, kMargin + kQrSide + 5, foot + 15, inside - kQrSide - 5);
  if (!page.complete()) {
    return absl::InternalError("the fonts of this machine lack a character of the certificate");
  }
  cairo_show_page(cairo.get());
  cairo_surface_finish(surface.get());
  if (cairo_surface_status(surface.get()) == CAIRO_STATUS_SUCCESS) return pdf;
  return absl::InternalError(cairo_status_to_string(cairo_surface_status(surface.get())));
}

}  // namespace baodao::dispatch
