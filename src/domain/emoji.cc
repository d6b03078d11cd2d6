#include "domain/emoji.h"

#include <map>

#include "base/text.h"

namespace dw {
namespace {

/// Name and emoji in turn.
// The formatter breaks these lines by bytes, and undoes the next time what it did.
// clang-format off
constexpr std::string_view known =
    "+1 👍 -1 👎 100 💯 admission_tickets 🎟️ airplane ✈️ alarm_clock ⏰ angry 😠 anguished 😧 "
    "apple 🍎 arrow_down ⬇️ arrow_forward ▶️ arrow_left ⬅️ arrow_right ➡️ arrow_up ⬆️ "
    "arrows_counterclockwise 🔄 astonished 😲 back 🔙 balloon 🎈 ballot_box_with_check ☑️ banana "
    "🍌 bangbang ‼️ bar_chart 📊 battery 🔋 bear 🐻 bee 🐝 beer 🍺 beers 🍻 bell 🔔 birthday 🎂 "
    "black_circle ⚫ black_heart 🖤 blue_heart 💙 blush 😊 book 📖 bookmark 🔖 books 📚 boom 💥 bow "
    "🙇 broken_heart 💔 bug 🐛 bulb 💡 bus 🚌 bust_in_silhouette 👤 busts_in_silhouette 👥 cake 🍰 "
    "calendar 📆 calling 📲 car 🚗 cat 🐱 cd 💿 chart_with_downwards_trend 📉 "
    "chart_with_upwards_trend 📈 checkered_flag 🏁 clap 👏 clipboard 📋 cloud ☁️ clown_face 🤡 "
    "coffee ☕ cold_face 🥶 cold_sweat 😰 collision 💥 computer 💻 confetti_ball 🎊 confounded 😖 "
    "confused 😕 construction 🚧 cookie 🍪 cool 🆒 copyright ©️ credit_card 💳 crescent_moon 🌙 "
    "crossed_fingers 🤞 cry 😢 dancer 💃 dash 💨 date 📅 de 🇩🇪 desktop_computer 🖥️ disappointed 😞 "
    "disappointed_relieved 😥 dizzy 💫 dizzy_face 😵 dog 🐶 dollar 💵 doughnut 🍩 e-mail 📧 "
    "earth_africa 🌍 earth_americas 🌎 earth_asia 🌏 eight 8️⃣ electric_plug 🔌 email 📧 envelope "
    "✉️ es 🇪🇸 exclamation ❗ exploding_head 🤯 expressionless 😑 eyes 👀 face_holding_back_tears "
    "🥹 face_with_raised_eyebrow 🤨 face_with_rolling_eyes 🙄 face_with_thermometer 🤒 facepalm "
    "🤦 facepunch 👊 factory 🏭 family 👪 fearful 😨 file_folder 📁 fire 🔥 first_place_medal 🥇 "
    "fist ✊ five 5️⃣ flag-de 🇩🇪 flag-es 🇪🇸 flag-fr 🇫🇷 flag-gb 🇬🇧 flag-it 🇮🇹 flag-us 🇺🇸 "
    "flashlight 🔦 floppy_disk 💾 flushed 😳 four 4️⃣ fr 🇫🇷 free 🆓 frowning 😦 gb 🇬🇧 gear ⚙️ "
    "ghost 👻 gift 🎁 globe_with_meridians 🌐 green_heart 💚 grey_question ❔ grimacing 😬 grin 😁 "
    "grinning 😀 hammer 🔨 hammer_and_wrench 🛠️ hand ✋ handshake 🤝 hankey 💩 hear_no_evil 🙉 "
    "heart ❤️ heart_eyes 😍 heart_hands 🫶 heavy_check_mark ✔️ heavy_exclamation_mark ❗ "
    "heavy_minus_sign ➖ heavy_plus_sign ➕ hot_face 🥵 hourglass ⌛ hourglass_flowing_sand ⏳ "
    "house 🏠 hugging_face 🤗 hushed 😯 inbox_tray 📥 incoming_envelope 📨 infinity ♾️ "
    "information_desk_person 💁 information_source ℹ️ innocent 😇 interrobang ⁉️ iphone 📱 it "
    "🇮🇹 joy 😂 key 🔑 keyboard ⌨️ keycap_ten 🔟 kissing_heart 😘 large_blue_circle 🔵 "
    "large_green_circle 🟢 large_green_square 🟩 large_orange_circle 🟠 large_red_square 🟥 "
    "large_yellow_circle 🟡 laughing 😆 link 🔗 lock 🔒 loudspeaker 📢 mag 🔍 mag_right 🔎 mailbox "
    "📫 man 👨 man-bowing 🙇‍♂️ man-facepalming 🤦‍♂️ man-shrugging 🤷‍♂️ man-tipping-hand 💁‍♂️ "
    "mask 😷 medal 🏅 mega 📣 melting_face 🫠 memo 📝 moneybag 💰 monkey_face 🐵 mouse 🐭 muscle 💪 "
    "nauseated_face 🤢 negative_squared_cross_mark ❎ nerd_face 🤓 neutral_face 😐 new 🆕 nine "
    "9️⃣ no_bell 🔕 no_entry ⛔ no_entry_sign 🚫 no_good 🙅 no_mouth 😶 nut_and_bolt 🔩 "
    "octagonal_sign 🛑 office 🏢 ok 🆗 ok_hand 👌 ok_woman 🙆 one 1️⃣ open_file_folder 📂 "
    "open_mouth 😮 orange_heart 🧡 outbox_tray 📤 package 📦 page_facing_up 📄 panda_face 🐼 "
    "paperclip 📎 partying_face 🥳 pencil 📝 pencil2 ✏️ penguin 🐧 pensive 😔 persevere 😣 phone "
    "☎️ pig 🐷 pizza 🍕 pleading_face 🥺 point_down 👇 point_left 👈 point_right 👉 point_up ☝️ "
    "point_up_2 👆 poop 💩 popcorn 🍿 pray 🙏 printer 🖨️ punch 👊 purple_heart 💜 pushpin 📌 "
    "question ❓ rage 😡 rain_cloud 🌧️ rainbow 🌈 raised_hand ✋ raised_hands 🙌 raising_hand 🙋 "
    "recycle ♻️ red_car 🚗 red_circle 🔴 registered ®️ relaxed ☺️ relieved 😌 repeat 🔁 "
    "robot_face 🤖 rocket 🚀 rolling_on_the_floor_laughing 🤣 rotating_light 🚨 round_pushpin 📍 "
    "runner 🏃 running 🏃 saluting_face 🫡 satellite_antenna 📡 satisfied 😆 scream 😱 see_no_evil "
    "🙈 seven 7️⃣ ship 🚢 shrug 🤷 simple_smile 🙂 six 6️⃣ skull 💀 sleeping 😴 sleepy 😪 "
    "slightly_frowning_face 🙁 slightly_smiling_face 🙂 smile 😄 smiley 😃 smirk 😏 snail 🐌 "
    "sneezing_face 🤧 snowflake ❄️ sob 😭 sos 🆘 sparkles ✨ sparkling_heart 💖 speak_no_evil 🙊 "
    "speech_balloon 💬 spiral_calendar_pad 🗓️ star ⭐ star-struck 🤩 star2 🌟 stopwatch ⏱️ "
    "stuck_out_tongue 😛 stuck_out_tongue_winking_eye 😜 sunglasses 😎 sunny ☀️ sweat 😓 "
    "sweat_drops 💦 sweat_smile 😅 tada 🎉 tea 🍵 telephone ☎️ telephone_receiver 📞 "
    "thinking_face 🤔 thought_balloon 💭 three 3️⃣ three_button_mouse 🖱️ thumbsdown 👎 thumbsup "
    "👍 ticket 🎫 timer_clock ⏲️ tired_face 😫 tm ™️ toolbox 🧰 train 🚆 triangular_flag_on_post "
    "🚩 triumph 😤 trophy 🏆 turtle 🐢 two 2️⃣ two_hearts 💕 umbrella ☔ unamused 😒 unicorn_face 🦄 "
    "unlock 🔓 up 🆙 upside_down_face 🙃 us 🇺🇸 v ✌️ warning ⚠️ watch ⌚ wave 👋 weary 😩 "
    "white_check_mark ✅ white_circle ⚪ white_flag 🏳️ white_frowning_face ☹️ wink 😉 woman 👩 "
    "woman-bowing 🙇‍♀️ woman-facepalming 🤦‍♀️ woman-shrugging 🤷‍♀️ worried 😟 wrench 🔧 "
    "writing_hand ✍️ x ❌ yawning_face 🥱 yellow_heart 💛 yum 😋 zany_face 🤪 zap ⚡ zero 0️⃣ zzz "
    "💤 ";
// clang-format on

std::map<std::string_view, std::string_view> table() {
  std::map<std::string_view, std::string_view> out;
  const std::vector<std::string_view> words = split(trim(known), ' ');
  for (size_t i = 0; i + 1 < words.size(); i += 2) out.emplace(words[i], words[i + 1]);
  return out;
}

}  // namespace

std::string_view emoji_named(std::string_view name) {
  static const std::map<std::string_view, std::string_view> by_name = table();
  const auto found = by_name.find(name.substr(0, name.find("::skin-tone-")));
  return found == by_name.end() ? std::string_view() : found->second;
}

}  // namespace dw
