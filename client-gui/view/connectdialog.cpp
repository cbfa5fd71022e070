// SPDX-License-Identifier: MIT
#include "client-gui/view/connectdialog.h"

#include "client-gui/view/symbols.h"
#include "common/chat/rules.h"
#include "common/chat/tokenbearer.h"

#include <QFormLayout>
#include <QMessageBox>
#include <QVBoxLayout>

namespace nextchat::desktop {

Expected<QUrl> serverUrl(const QString &typed)
{
    const QString trimmed = typed.trimmed();
    QUrl url(trimmed.contains(u"://") ? trimmed : QString(u"http://" % trimmed), QUrl::StrictMode);
    static const QStringList schemes{QStringLiteral("http"), QStringLiteral("https"), QStringLiteral("ws"),
                                     QStringLiteral("wss")};
    if (!url.isValid() || url.host().isEmpty() || !schemes.contains(url.scheme()))
        return failure(Error::Code::InvalidArgument,
                       ConnectDialog::tr("“%1” is not an address such as http://localhost:5000/next-chat.")
                           .arg(trimmed));
    if (url.path().isEmpty() || url.path() == u"/")
        url.setPath(QStringLiteral("/next-chat"));
    url.setUserInfo({}); // the settings keep addresses, and no secrets
    url.setQuery(QString());
    return url;
}

QString tokenProblem(const QString &token, const QString &user)
{
    if (!chat::isForAnother(token, user))
        return {};
    return ConnectDialog::tr("This token is for “%1”, not for “%2”: enter that name, or another token.")
        .arg(chat::bearerOf(token), user);
}

ConnectDialog::ConnectDialog(const Settings &settings, QWidget *parent)
    : QDialog(parent)
    , m_settings(settings)
{
    setWindowTitle(tr("Next Chat"));
    build();
    readServers();
    connect(m_url, &QComboBox::activated, this, &ConnectDialog::fillUser);
    connect(m_url, &QComboBox::editTextChanged, this, &ConnectDialog::updateForget);
    connect(m_user, &QLineEdit::textChanged, this, &ConnectDialog::updateForget);
    connect(m_token, &QLineEdit::textChanged, this, &ConnectDialog::fillUserFromToken);
    connect(m_forget, &QToolButton::clicked, this, &ConnectDialog::askToForget);
    connect(m_connect, &QPushButton::clicked, this, &ConnectDialog::submit);
}

void ConnectDialog::readServers()
{
    m_saved = m_settings.servers();
    m_url->clear();
    for (const SavedServer &server : std::as_const(m_saved))
        m_url->addItem(tr("%1 as %2").arg(server.url.toString(), server.user));
    setServer(m_saved.isEmpty() ? SavedServer{QUrl(QStringLiteral("http://localhost:5000/next-chat")), {}}
                                : m_saved.first());
    updateForget();
}

void ConnectDialog::makeFields()
{
    m_url = new QComboBox(this);
    m_url->setEditable(true);
    m_url->setInsertPolicy(QComboBox::NoInsert);
    m_url->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_url->setMinimumContentsLength(32);
    m_user = new QLineEdit(this);
    m_user->setObjectName(QStringLiteral("user"));
    m_user->setMaxLength(static_cast<int>(chat::maximumIdLength));
    m_token = new QLineEdit(this);
    m_token->setEchoMode(QLineEdit::Password);
    m_token->setObjectName(QStringLiteral("token"));
    m_token->setPlaceholderText(tr("only where the server asks for one"));
    m_problem = new QLabel(this);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_connect = new QPushButton(tr("Connect"), this);
    m_connect->setProperty("kind", QStringLiteral("primary"));
    m_connect->setDefault(true);
    m_connect->setObjectName(QStringLiteral("connect"));
    m_forget = new QToolButton(this);
    m_forget->setObjectName(QStringLiteral("forget"));
    m_forget->setIcon(symbolIcon(Symbol::Close, palette().color(QPalette::WindowText)));
    m_forget->setToolTip(tr("Forget this server"));
    m_forget->setAccessibleName(m_forget->toolTip());
}

void ConnectDialog::build()
{
    makeFields();
    auto *picture = new QLabel(this);
    picture->setPixmap(programIcon().pixmap(56, 56));
    picture->setAlignment(Qt::AlignCenter);
    auto *title = new QLabel(tr("Connect to a server"), this);
    title->setObjectName(QStringLiteral("emptyTitle"));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    title->setFont(large);
    title->setAlignment(Qt::AlignCenter);
    auto *address = new QHBoxLayout;
    address->setSpacing(4);
    address->addWidget(m_url, 1);
    address->addWidget(m_forget);
    auto *form = new QFormLayout;
    form->setRowWrapPolicy(QFormLayout::WrapAllRows);
    form->setVerticalSpacing(5);
    auto *label = new QLabel(tr("&Address"), this);
    label->setBuddy(m_url);
    form->addRow(label, address);
    form->addRow(tr("&Your name"), m_user);
    form->addRow(tr("&Token"), m_token);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(32, 28, 32, 28);
    column->setSpacing(14);
    column->addWidget(picture);
    column->addWidget(title);
    column->addSpacing(4);
    column->addLayout(form);
    column->addWidget(m_problem);
    column->addWidget(m_connect);
    setMinimumWidth(430);
}

void ConnectDialog::setServer(const SavedServer &server)
{
    m_url->setEditText(server.url.toString());
    m_user->setText(server.user);
    if (server.user.isEmpty())
        m_user->setFocus();
    else
        m_connect->setFocus();
}

void ConnectDialog::fillIn(const SavedServer &wanted)
{
    if (!wanted.url.isEmpty())
        setServer(wanted);
    else if (!wanted.user.isEmpty())
        m_user->setText(wanted.user);
}

void ConnectDialog::fillUser(int index)
{
    if (index >= 0 && index < m_saved.size())
        setServer(m_saved.at(index));
}

void ConnectDialog::fillUserFromToken()
{
    if (m_user->text().isEmpty())
        m_user->setText(chat::bearerOf(m_token->text().trimmed()));
}

std::optional<SavedServer> ConnectDialog::shownSaved() const
{
    const Expected<QUrl> url = serverUrl(m_url->currentText());
    const SavedServer shown{url.value_or(QUrl()), m_user->text().trimmed()};
    return m_saved.contains(shown) ? std::optional(shown) : std::nullopt;
}

void ConnectDialog::updateForget()
{
    m_forget->setVisible(shownSaved().has_value());
}

void ConnectDialog::askToForget()
{
    const auto server = shownSaved();
    if (!server)
        return;
    auto *box = new QMessageBox(this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIcon(QMessageBox::Question);
    box->setWindowTitle(tr("Forget this server"));
    box->setTextFormat(Qt::PlainText);
    box->setText(tr("Forget %1 as %2?").arg(server->url.toString(), server->user));
    box->setInformativeText(
        tr("Its messages, drafts, and what was not sent yet are deleted from this computer, and "
           "its token. What is on the server stays there."));
    const QPushButton *forget = box->addButton(tr("Forget"), QMessageBox::DestructiveRole);
    box->setDefaultButton(box->addButton(QMessageBox::Cancel));
    connect(forget, &QPushButton::clicked, this, [this, server] { Q_EMIT forgetWanted(*server); });
    box->open();
}

void ConnectDialog::submit()
{
    const Expected<QUrl> url = serverUrl(m_url->currentText());
    const QString user = m_user->text().trimmed();
    if (!url) {
        showProblem(url.error().message);
        return;
    }
    if (!chat::isValidId(user)) {
        showProblem(tr("Please enter your name."));
        m_user->setFocus();
        return;
    }
    const QString token = m_token->text().trimmed();
    if (const QString problem = tokenProblem(token, user); !problem.isEmpty()) {
        showProblem(problem);
        m_user->setFocus();
        m_user->selectAll();
        return;
    }
    m_problem->hide();
    Q_EMIT connectWanted({*url, user}, token);
}

void ConnectDialog::showTrying()
{
    m_problem->hide();
    m_connect->setEnabled(false);
    m_connect->setText(tr("Connecting …"));
}

void ConnectDialog::showProblem(const QString &sentence)
{
    m_connect->setEnabled(true);
    m_connect->setText(tr("Connect"));
    m_problem->setText(sentence);
    m_problem->show();
}

void ConnectDialog::askForToken(const QString &sentence)
{
    showProblem(sentence);
    m_token->setFocus();
    m_token->selectAll();
}

} // namespace nextchat::desktop
