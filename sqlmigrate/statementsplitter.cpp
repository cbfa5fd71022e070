// SPDX-License-Identifier: MIT
#include "sqlmigrate/statementsplitter.h"

#include <QStringList>

namespace nextchat::sqlmigrate {

namespace {

class Splitter
{
public:
    Splitter(const QString &script, bool backslashEscapes)
        : m_script(script)
        , m_backslashEscapes(backslashEscapes)
    { }

    std::vector<Statement> run()
    {
        while (m_position < m_script.size()) {
            if (const qsizetype past = pastComment(); past > m_position)
                m_position = past;
            else
                readToken();
        }
        finishStatement();
        return std::move(m_statements);
    }

private:
    [[nodiscard]] bool at(QStringView text) const
    {
        return QStringView(m_script).mid(m_position).startsWith(text);
    }

    // Where the comment that begins here ends; the position itself when none does.
    [[nodiscard]] qsizetype pastComment() const
    {
        if (at(u"--") || (m_backslashEscapes && at(u"#"))) {
            const qsizetype end = m_script.indexOf(u'\n', m_position);
            return end < 0 ? m_script.size() : end + 1;
        }
        if (!at(u"/*"))
            return m_position;
        const qsizetype end = m_script.indexOf(QLatin1String("*/"), m_position + 2);
        return end < 0 ? m_script.size() : end + 2;
    }

    [[nodiscard]] qsizetype pastQuoted(QChar close) const
    {
        qsizetype i = m_position + 1;
        for (; i < m_script.size(); ++i) {
            if (m_backslashEscapes && m_script[i] == u'\\' && close == u'\'')
                ++i;
            else if (m_script[i] == close
                     && (i + 1 == m_script.size() || m_script[i + 1] != close || close == u']'))
                return i + 1;
            else if (m_script[i] == close)
                ++i; // doubled: stands for itself
        }
        return m_script.size();
    }

    [[nodiscard]] qsizetype pastWord() const
    {
        qsizetype i = m_position;
        while (i < m_script.size()
               && (m_script[i].isLetterOrNumber() || m_script[i] == u'_' || m_script[i] == u'$'))
            ++i;
        return i;
    }

    void readToken()
    {
        const QChar c = m_script[m_position];
        if (c == u';' && !insideTrigger()) {
            finishStatement();
            m_start = -1;
            ++m_position;
            return;
        }
        if (c.isSpace()) {
            ++m_position;
            return;
        }
        if (m_start < 0)
            m_start = m_position;
        qsizetype end = m_position + 1;
        if (c == u'\'' || c == u'"' || c == u'`')
            end = pastQuoted(c);
        else if (c == u'[' && !m_backslashEscapes)
            end = pastQuoted(u']');
        else
            end = std::max(end, pastWord());
        noteToken(m_script.mid(m_position, end - m_position).toUpper());
        m_position = end;
        m_end = end;
    }

    // Remembers just enough to know triggers: the first words of the statement and its last two tokens.
    void noteToken(const QString &token)
    {
        if (m_firstWords.size() < 3)
            m_firstWords.append(token);
        m_beforeLast = std::exchange(m_last, token);
    }

    // As sqlite3_complete() sees it: a trigger goes on until a semicolon after `; END`.
    [[nodiscard]] bool insideTrigger() const
    {
        const bool trigger = m_firstWords.value(0) == u"CREATE"
            && (m_firstWords.value(1) == u"TRIGGER"
                || ((m_firstWords.value(1) == u"TEMP" || m_firstWords.value(1) == u"TEMPORARY")
                    && m_firstWords.value(2) == u"TRIGGER"));
        return trigger && !(m_beforeLast == u";" && m_last == u"END");
    }

    void finishStatement()
    {
        if (m_start >= 0) {
            const auto line = QStringView(m_script).left(m_start).count(u'\n') + 1;
            m_statements.push_back({m_script.mid(m_start, m_end - m_start), static_cast<int>(line)});
        }
        m_firstWords.clear();
        m_last.clear();
        m_beforeLast.clear();
    }

    const QString &m_script;
    const bool m_backslashEscapes;
    qsizetype m_position = 0;
    qsizetype m_start = -1; // of the statement being read
    qsizetype m_end = 0; // past its last token
    QStringList m_firstWords;
    QString m_last;
    QString m_beforeLast;
    std::vector<Statement> m_statements;
};

} // namespace

std::vector<Statement> splitStatements(const QString &script, bool backslashEscapes)
{
    return Splitter(script, backslashEscapes).run();
}

} // namespace nextchat::sqlmigrate
