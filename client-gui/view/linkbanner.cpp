// SPDX-License-Identifier: MIT
#include "client-gui/view/linkbanner.h"

#include "client-gui/model/errorwords.h"

#include <QHBoxLayout>

namespace nextchat::desktop {

namespace {

constexpr int tickTime = 250; // ms
constexpr int noticeTime = 8000; // ms
constexpr int patience = 600; // ms

} // namespace

LinkBanner::LinkBanner(Session &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_text(new QLabel(this))
    , m_button(new QPushButton(this))
{
    setObjectName(QStringLiteral("banner"));
    setAttribute(Qt::WA_StyledBackground);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setObjectName(QStringLiteral("bannerText"));
    m_button->setProperty("kind", QStringLiteral("link"));
    m_button->setCursor(Qt::PointingHandCursor);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(20, 8, 16, 8);
    row->addWidget(m_text, 1);
    row->addWidget(m_button);
    m_tick.setInterval(tickTime);
    m_noticeEnd.setSingleShot(true);
    m_patience.setSingleShot(true);
    connect(&m_tick, &QTimer::timeout, this, &LinkBanner::update);
    connect(&m_patience, &QTimer::timeout, this, &LinkBanner::update);
    connect(&m_noticeEnd, &QTimer::timeout, this, [this] {
        m_notice.clear();
        update();
    });
    connect(&session, &Session::linkChanged, this, [this] {
        const bool online = m_session.link() == Session::Link::Online;
        if (online)
            m_patience.stop();
        else if (isHidden() && !m_patience.isActive())
            m_patience.start(patience);
        update();
    });
    connect(m_button, &QPushButton::clicked, this, [this] {
        if (m_session.link() == Session::Link::Stopped)
            Q_EMIT reconnectWanted();
        else
            m_session.connectNow();
    });
    hide();
    update();
}

void LinkBanner::showNotice(const QString &sentence)
{
    m_notice = inOwnWords(sentence);
    m_noticeEnd.start(noticeTime);
    update();
}

QString LinkBanner::linkText() const
{
    const QString why = m_session.problem() ? inOwnWords(m_session.problem()->message) : QString();
    switch (m_session.link()) {
    case Session::Link::Waiting: {
        const auto seconds = (m_session.untilAttempt().count() + 999) / 1000;
        const QString when = seconds > 0 ? tr("Trying again in %n s.", nullptr, static_cast<int>(seconds))
                                         : tr("Trying again …");
        return tr("Offline. %1 %2").arg(when, why);
    }
    case Session::Link::Stopped:
        return tr("Not connected. %1").arg(why);
    case Session::Link::Connecting:
        return m_session.problem() ? tr("Offline. Trying again …") : QString();
    default:
        return {};
    }
}

void LinkBanner::update()
{
    const QString link = m_patience.isActive() ? QString() : linkText();
    const QString text = link.isEmpty() ? m_notice : link;
    m_text->setText(text);
    const bool stopped = m_session.link() == Session::Link::Stopped;
    m_button->setText(stopped ? tr("Connect …") : tr("Try now"));
    m_button->setVisible(!link.isEmpty() && (stopped || m_session.untilAttempt().count() > 0));
    setVisible(!text.isEmpty());
    if (m_session.link() == Session::Link::Waiting)
        m_tick.start();
    else
        m_tick.stop();
}

} // namespace nextchat::desktop
