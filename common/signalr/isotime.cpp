// SPDX-License-Identifier: MIT
#include "common/signalr/isotime.h"

namespace nextchat::signalr::isotime {

namespace {

using namespace std::chrono;

// Takes fixed-width numbers and single characters off the front of a text; remembers whether all was as
// expected.
class Scanner
{
public:
    explicit Scanner(QStringView text)
        : m_rest(text)
    { }

    int digits(qsizetype count)
    {
        int number = 0;
        for (qsizetype i = 0; i < count; ++i)
            number = 10 * number + digit();
        return number;
    }

    bool tryTake(char16_t c)
    {
        if (m_rest.isEmpty() || m_rest.front() != c)
            return false;
        m_rest = m_rest.sliced(1);
        return true;
    }

    void take(char16_t c) { m_good = tryTake(c) && m_good; }

    // 1 to 9 digits behind the decimal point, as microseconds.
    microseconds fraction()
    {
        int number = 0;
        int count = 0;
        for (; count < 9 && atDigit(); ++count) {
            const int next = digit();
            if (count < 6)
                number = 10 * number + next;
        }
        m_good = m_good && count > 0;
        for (; count < 6; ++count)
            number *= 10;
        return microseconds(number);
    }

    // True when everything was there and nothing is left.
    [[nodiscard]] bool finished() const { return m_good && m_rest.isEmpty(); }

private:
    [[nodiscard]] bool atDigit() const
    {
        return !m_rest.isEmpty() && m_rest.front() >= u'0' && m_rest.front() <= u'9';
    }

    int digit()
    {
        if (!atDigit()) {
            m_good = false;
            return 0;
        }
        const int value = m_rest.front().unicode() - u'0';
        m_rest = m_rest.sliced(1);
        return value;
    }

    QStringView m_rest;
    bool m_good = true;
};

// The year of a later or earlier day could be out of the range of std::chrono::year.
constexpr sys_days firstDay = year(0) / January / 1;
constexpr sys_days lastDay = year(9999) / December / 31;

void put(char *at, int count, long long number)
{
    for (char *digit = at + count; digit != at; number /= 10)
        *--digit = static_cast<char>('0' + number % 10);
}

} // namespace

std::optional<Text> write(Timestamp time)
{
    const auto day = floor<days>(time);
    if (day < firstDay || day > lastDay)
        return std::nullopt;
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    Text text;
    std::copy_n("0000-00-00T00:00:00.000000+00:00", text.size(), text.begin());
    put(&text[0], 4, int(date.year()));
    put(&text[5], 2, unsigned(date.month()));
    put(&text[8], 2, unsigned(date.day()));
    put(&text[11], 2, clock.hours().count());
    put(&text[14], 2, clock.minutes().count());
    put(&text[17], 2, clock.seconds().count());
    put(&text[20], 6, clock.subseconds().count());
    return text;
}

std::optional<Timestamp> read(QStringView text)
{
    Scanner scanner(text);
    const year y(scanner.digits(4));
    scanner.take(u'-');
    const month m(static_cast<unsigned>(scanner.digits(2)));
    scanner.take(u'-');
    const day d(static_cast<unsigned>(scanner.digits(2)));
    scanner.take(u'T');
    const int hour = scanner.digits(2);
    scanner.take(u':');
    const int minute = scanner.digits(2);
    const int second = scanner.tryTake(u':') ? scanner.digits(2) : 0;
    const microseconds fraction = scanner.tryTake(u'.') ? scanner.fraction() : microseconds(0);
    minutes offset(0);
    if (!scanner.tryTake(u'Z')) {
        const bool behind = scanner.tryTake(u'-');
        if (!behind)
            scanner.take(u'+');
        const int offsetHours = scanner.digits(2);
        scanner.take(u':');
        const int offsetMinutes = scanner.digits(2);
        offset = hours(offsetHours) + minutes(offsetMinutes);
        if (offset > hours(14) || offsetMinutes > 59)
            return std::nullopt;
        if (behind)
            offset = -offset;
    }
    const year_month_day date(y, m, d);
    if (!scanner.finished() || !date.ok() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + fraction - offset;
}

} // namespace nextchat::signalr::isotime
