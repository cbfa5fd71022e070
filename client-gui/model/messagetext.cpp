// SPDX-License-Identifier: MIT
#include "client-gui/model/messagetext.h"

#include <QRegularExpression>

namespace nextchat::desktop {

namespace {

const QRegularExpression &linkPattern()
{
    static const QRegularExpression pattern(QStringLiteral("(?<![\\w@])(?:https?://|www\\.)[^\\s<>\"]+"),
                                            QRegularExpression::CaseInsensitiveOption);
    return pattern;
}

const QRegularExpression &mentionPattern()
{
    static const QRegularExpression pattern(QStringLiteral("(?<![\\w@/.])@([\\w](?:[\\w.-]*[\\w])?)"),
                                            QRegularExpression::UseUnicodePropertiesOption);
    return pattern;
}

// Punctuation behind a link belongs to the sentence, and so does a bracket that was opened before it.
qsizetype withoutTail(QStringView link)
{
    qsizetype length = link.size();
    while (length > 0) {
        const QChar last = link.at(length - 1);
        const bool closes = last == u')' && link.first(length).count(u'(') < link.first(length).count(u')');
        if (!closes && !QStringView(u".,;:!?'*_]}").contains(last))
            break;
        --length;
    }
    return length;
}

void addQuotes(const QString &text, QList<TextSpan> &spans)
{
    for (qsizetype start = 0; start < text.size();) {
        qsizetype end = text.indexOf(u'\n', start);
        end = end < 0 ? text.size() : end;
        if (text.at(start) == u'>')
            spans.append({TextSpan::Kind::Quote, static_cast<int>(start), static_cast<int>(end - start)});
        start = end + 1;
    }
}

bool isInvisible(char32_t c)
{
    return c == 0x200d || c == 0xfe0f || c == 0x20e3 || (c >= 0x1f3fb && c <= 0x1f3ff)
        || (c >= 0xe0020 && c <= 0xe007f);
}

bool isPictograph(char32_t c)
{
    return (c >= 0x1f000 && c <= 0x1faff) || (c >= 0x2600 && c <= 0x27bf) || (c >= 0x2b00 && c <= 0x2bff)
        || (c >= 0x2190 && c <= 0x21ff) || (c >= 0x2300 && c <= 0x23ff);
}

bool mayTurnText(QChar c)
{
    const ushort u = c.unicode();
    return (u >= 0x202a && u <= 0x202e) || (u >= 0x2066 && u <= 0x2069);
}

} // namespace

QList<TextSpan> spansOf(const QString &text, const QString &ownUser)
{
    QList<TextSpan> spans;
    addQuotes(text, spans);
    for (auto found = linkPattern().globalMatch(text); found.hasNext();) {
        const auto match = found.next();
        const qsizetype length = withoutTail(match.capturedView());
        const QString shown = match.captured().left(length);
        const QUrl link(shown.startsWith(u"www.", Qt::CaseInsensitive) ? u"https://" % shown : shown);
        if (link.isValid() && link.host().size() > 1)
            spans.append({TextSpan::Kind::Link, static_cast<int>(match.capturedStart()),
                          static_cast<int>(length), link});
    }
    for (auto found = mentionPattern().globalMatch(text); found.hasNext();) {
        const auto match = found.next();
        const bool mine = match.capturedView(1).compare(ownUser, Qt::CaseInsensitive) == 0;
        spans.append({mine ? TextSpan::Kind::MentionOfMe : TextSpan::Kind::Mention,
                      static_cast<int>(match.capturedStart()), static_cast<int>(match.capturedLength())});
    }
    return spans;
}

bool isEmojiOnly(const QString &text, int most)
{
    int pictures = 0;
    bool joined = false;
    for (const char32_t c : text.toUcs4()) {
        if (c == 0x200d)
            joined = true;
        if (isInvisible(c) || c == U' ')
            continue;
        if (!isPictograph(c))
            return false;
        const bool flagsSecondHalf = c >= 0x1f1e6 && c <= 0x1f1ff;
        if (!std::exchange(joined, false))
            pictures += flagsSecondHalf ? 1 : 2;
    }
    return pictures > 0 && pictures <= 2 * most;
}

QString quoted(const QString &author, const QString &text, int lines)
{
    const QStringList all = text.split(u'\n');
    QString result = u"> " % author % u": " % all.first();
    for (qsizetype i = 1; i < std::min<qsizetype>(all.size(), lines); ++i)
        result += u"\n> " % all.at(i);
    if (all.size() > lines)
        result += u" …";
    return result % u'\n';
}

QString preview(const QString &text, int length)
{
    // No more of a long text is looked at than can be shown.
    QString line = showable(text.left(4 * length)).simplified();
    if (line.size() <= length)
        return line;
    line.truncate(line.at(length - 1).isHighSurrogate() ? length - 1 : length);
    return line % u'…';
}

QString showable(const QString &text)
{
    QString result = text;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        const bool isControl = c.category() == QChar::Other_Control && c != u'\n' && c != u'\t';
        if (isControl || mayTurnText(c))
            result[i] = QChar::ReplacementCharacter;
    }
    return result;
}

} // namespace nextchat::desktop
