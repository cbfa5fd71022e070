<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
    <context>
        <name>Errors</name>
        <message>
            <source>No server answers at %1 (connection refused).</source>
            <translation>Unter %1 antwortet kein Server (Verbindung abgelehnt).</translation>
        </message>
        <message>
            <source>There is no host '%1'.</source>
            <translation>Es gibt keinen Rechner „%1“.</translation>
        </message>
        <message>
            <source>No secure connection to %1: %2.</source>
            <translation>Keine sichere Verbindung zu %1: %2.</translation>
        </message>
        <message>
            <source>No connection to %1: %2.</source>
            <translation>Keine Verbindung zu %1: %2.</translation>
        </message>
        <message>
            <source>Unauthorized: the server at %1 does not accept who you say you are (status 401).</source>
            <translation>Nicht angemeldet: Der Server %1 erkennt dich nicht an (Status 401).</translation>
        </message>
        <message>
            <source>Forbidden: the server at %1 does not let you in (status 403).</source>
            <translation>Verboten: Der Server %1 lässt dich nicht herein (Status 403).</translation>
        </message>
        <message>
            <source>The server at %1 has too many connections of yours (status 429).</source>
            <translation>Der Server %1 hat zu viele Verbindungen von dir (Status 429).</translation>
        </message>
        <message>
            <source>The server at %1 is not available (status %2).</source>
            <translation>Der Server %1 ist nicht verfügbar (Status %2).</translation>
        </message>
        <message>
            <source>%1 is not a SignalR endpoint: %2</source>
            <translation>%1 ist kein SignalR-Endpunkt: %2</translation>
        </message>
        <message>
            <source>Group '%1' does not exist.</source>
            <translation>Die Gruppe „%1“ gibt es nicht.</translation>
        </message>
        <message>
            <source>You are not a member of group '%1'.</source>
            <translation>Du bist kein Mitglied der Gruppe „%1“.</translation>
        </message>
        <message>
            <source>Too many requests; slow down.</source>
            <translation>Zu viele Anfragen; mach langsamer.</translation>
        </message>
        <message>
            <source>You are in too many groups.</source>
            <translation>Du bist in zu vielen Gruppen.</translation>
        </message>
        <message>
            <source>There are too many groups.</source>
            <translation>Es gibt zu viele Gruppen.</translation>
        </message>
        <message>
            <source>Messaging is temporarily unavailable; try again.</source>
            <translation>Nachrichten können gerade nicht angenommen werden; versuch es nochmals.</translation>
        </message>
        <message>
            <source>History is temporarily unavailable; try again.</source>
            <translation>Der Verlauf ist gerade nicht verfügbar; versuch es nochmals.</translation>
        </message>
        <message>
            <source>It is not known whether the message was sent; look before you send it again.</source>
            <translation>Es ist nicht bekannt, ob die Nachricht gesendet wurde; sieh nach, bevor du sie nochmals sendest.</translation>
        </message>
    </context>
    <context>
        <name>MessageView</name>
        <message>
            <source>Messages may be missing here</source>
            <translation>Hier fehlen vielleicht Nachrichten</translation>
        </message>
        <message>
            <source>New messages</source>
            <translation>Neue Nachrichten</translation>
        </message>
        <message>
            <source>Not sent.</source>
            <translation>Nicht gesendet.</translation>
        </message>
        <message>
            <source>It is not known whether this was sent.</source>
            <translation>Es ist nicht bekannt, ob das gesendet wurde.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Nochmals versuchen</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
    </context>
    <context>
        <name>Notification</name>
        <message numerus="yes">
            <source>%n new message(s)</source>
            <translation>
                <numerusform>%n neue Nachricht</numerusform>
                <numerusform>%n neue Nachrichten</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>TimeLabels</name>
        <message>
            <source>Today</source>
            <translation>Heute</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>Gestern</translation>
        </message>
        <message>
            <source>dddd, d MMMM</source>
            <translation>dddd, d. MMMM</translation>
        </message>
        <message>
            <source>dddd, d MMMM yyyy</source>
            <translation>dddd, d. MMMM yyyy</translation>
        </message>
        <message>
            <source>d MMM</source>
            <translation>d. MMM</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::BrowseDialog</name>
        <message>
            <source>Groups</source>
            <translation>Gruppen</translation>
        </message>
        <message>
            <source>Name of a group</source>
            <translation>Name einer Gruppe</translation>
        </message>
        <message>
            <source>Show more</source>
            <translation>Mehr anzeigen</translation>
        </message>
        <message>
            <source>Join</source>
            <translation>Beitreten</translation>
        </message>
        <message>
            <source>Create “%1”</source>
            <translation>„%1“ anlegen</translation>
        </message>
        <message>
            <source>%1 · joined</source>
            <translation>%1 · beigetreten</translation>
        </message>
        <message>
            <source>There is no group yet. Type a name to create the first one.</source>
            <translation>Es gibt noch keine Gruppe. Gib einen Namen ein, um die erste anzulegen.</translation>
        </message>
        <message>
            <source>No group begins like that.</source>
            <translation>Keine Gruppe beginnt so.</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::Composer</name>
        <message>
            <source>Message</source>
            <translation>Nachricht</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>Senden</translation>
        </message>
        <message>
            <source>Message to %1</source>
            <translation>Nachricht an %1</translation>
        </message>
        <message numerus="yes">
            <source>will be sent as %n messages</source>
            <translation>
                <numerusform>wird als %n Nachricht gesendet</numerusform>
                <numerusform>wird als %n Nachrichten gesendet</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::ConnectDialog</name>
        <message>
            <source>“%1” is not an address such as http://localhost:5000/next-chat.</source>
            <translation>„%1“ ist keine Adresse wie http://localhost:5000/next-chat.</translation>
        </message>
        <message>
            <source>Next Chat</source>
            <translation>Next Chat</translation>
        </message>
        <message>
            <source>%1 as %2</source>
            <translation>%1 als %2</translation>
        </message>
        <message>
            <source>Connect to a server</source>
            <translation>Mit einem Server verbinden</translation>
        </message>
        <message>
            <source>only where the server asks for one</source>
            <translation>nur wo der Server eins verlangt</translation>
        </message>
        <message>
            <source>Forget this server</source>
            <translation>Diesen Server vergessen</translation>
        </message>
        <message>
            <source>Forget %1 as %2?</source>
            <translation>%1 als %2 vergessen?</translation>
        </message>
        <message>
            <source>Its messages, drafts, and what was not sent yet are deleted from this computer, and its token. What is on the server stays there.</source>
            <translation>Seine Nachrichten, Entwürfe und alles noch nicht Gesendete werden von diesem Rechner gelöscht, ebenso das Token. Was auf dem Server ist, bleibt dort.</translation>
        </message>
        <message>
            <source>Forget</source>
            <translation>Vergessen</translation>
        </message>
        <message>
            <source>Connect</source>
            <translation>Verbinden</translation>
        </message>
        <message>
            <source>&amp;Address</source>
            <translation>&amp;Adresse</translation>
        </message>
        <message>
            <source>&amp;Your name</source>
            <translation>&amp;Dein Name</translation>
        </message>
        <message>
            <source>&amp;Token</source>
            <translation>&amp;Zugangstoken</translation>
        </message>
        <message>
            <source>This token is for “%1”, not for “%2”: enter that name, or another token.</source>
            <translation>Dieses Token ist für „%1“, nicht für „%2“: Gib diesen Namen ein oder ein anderes Token.</translation>
        </message>
        <message>
            <source>Please enter your name.</source>
            <translation>Bitte gib deinen Namen ein.</translation>
        </message>
        <message>
            <source>Connecting …</source>
            <translation>Verbinde …</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::ConversationDelegate</name>
        <message>
            <source>Draft:</source>
            <translation>Entwurf:</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Du</translation>
        </message>
        <message>
            <source>No messages yet</source>
            <translation>Noch keine Nachrichten</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::ConversationList</name>
        <message numerus="yes">
            <source>%1, %n unread message(s)</source>
            <translation>
                <numerusform>%1, %n ungelesene Nachricht</numerusform>
                <numerusform>%1, %n ungelesene Nachrichten</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::ConversationPage</name>
        <message>
            <source>Search (Ctrl+F)</source>
            <translation>Suchen (Strg+F)</translation>
        </message>
        <message>
            <source>Members</source>
            <translation>Mitglieder</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Mehr</translation>
        </message>
        <message>
            <source>Join again</source>
            <translation>Wieder beitreten</translation>
        </message>
        <message numerus="yes">
            <source>%n member(s) here</source>
            <translation>
                <numerusform>%n Mitglied da</numerusform>
                <numerusform>%n Mitglieder da</numerusform>
            </translation>
        </message>
        <message>
            <source>Group</source>
            <translation>Gruppe</translation>
        </message>
        <message>
            <source>%1 is typing …</source>
            <translation>%1 schreibt …</translation>
        </message>
        <message>
            <source>%1 and %2 are typing …</source>
            <translation>%1 und %2 schreiben …</translation>
        </message>
        <message>
            <source>Several people are typing …</source>
            <translation>Mehrere schreiben …</translation>
        </message>
        <message numerus="yes">
            <source>%n new</source>
            <translation>
                <numerusform>%n neue</numerusform>
                <numerusform>%n neue</numerusform>
            </translation>
        </message>
        <message>
            <source>Latest</source>
            <translation>Neueste</translation>
        </message>
        <message>
            <source>Unmute</source>
            <translation>Stummschaltung aufheben</translation>
        </message>
        <message>
            <source>Mute</source>
            <translation>Stummschalten</translation>
        </message>
        <message>
            <source>Leave …</source>
            <translation>Verlassen …</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::Desktop</name>
        <message>
            <source>%1 is already open in another window.</source>
            <translation>%1 ist schon in einem anderen Fenster geöffnet.</translation>
        </message>
        <message>
            <source>This server wants a valid token of %1.</source>
            <translation>Dieser Server verlangt ein gültiges Token von %1.</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::LinkBanner</name>
        <message numerus="yes">
            <source>Trying again in %n s.</source>
            <translation>
                <numerusform>Neuer Versuch in %n s.</numerusform>
                <numerusform>Neuer Versuch in %n s.</numerusform>
            </translation>
        </message>
        <message>
            <source>Trying again …</source>
            <translation>Neuer Versuch …</translation>
        </message>
        <message>
            <source>Offline. %1 %2</source>
            <translation>Offline. %1 %2</translation>
        </message>
        <message>
            <source>Not connected. %1</source>
            <translation>Nicht verbunden. %1</translation>
        </message>
        <message>
            <source>Offline. Trying again …</source>
            <translation>Offline. Neuer Versuch …</translation>
        </message>
        <message>
            <source>Connect …</source>
            <translation>Verbinden …</translation>
        </message>
        <message>
            <source>Try now</source>
            <translation>Jetzt versuchen</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::MainWindow</name>
        <message>
            <source>Welcome, %1</source>
            <translation>Willkommen, %1</translation>
        </message>
        <message>
            <source>Join a group, or create one, to begin.</source>
            <translation>Tritt einer Gruppe bei oder lege eine an.</translation>
        </message>
        <message>
            <source>Browse groups</source>
            <translation>Gruppen durchsehen</translation>
        </message>
        <message>
            <source>Find or create a group …</source>
            <translation>Gruppe suchen oder anlegen …</translation>
        </message>
        <message>
            <source>Go to a conversation …</source>
            <translation>Zu einer Unterhaltung …</translation>
        </message>
        <message>
            <source>Do not disturb</source>
            <translation>Nicht stören</translation>
        </message>
        <message>
            <source>Settings …</source>
            <translation>Einstellungen …</translation>
        </message>
        <message>
            <source>Another account …</source>
            <translation>Anderes Konto …</translation>
        </message>
        <message>
            <source>About Next Chat</source>
            <translation>Über Next Chat</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <source>&lt;b&gt;Next Chat&lt;/b&gt; %1</source>
            <translation>&lt;b&gt;Next Chat&lt;/b&gt; %1</translation>
        </message>
        <message>
            <source>Group chat over SignalR. Free software under the MIT license; it uses Qt (LGPL).</source>
            <translation>Gruppenchat über SignalR. Freie Software unter der MIT-Lizenz; sie benutzt Qt (LGPL).</translation>
        </message>
        <message>
            <source>Leave a group</source>
            <translation>Gruppe verlassen</translation>
        </message>
        <message>
            <source>Leave “%1”?</source>
            <translation>„%1“ verlassen?</translation>
        </message>
        <message numerus="yes">
            <source>%n message(s) to it are not sent yet.</source>
            <translation>
                <numerusform>%n Nachricht an sie ist noch nicht gesendet.</numerusform>
                <numerusform>%n Nachrichten an sie sind noch nicht gesendet.</numerusform>
            </translation>
        </message>
        <message>
            <source>Leave</source>
            <translation>Verlassen</translation>
        </message>
        <message>
            <source>This message is too far back to be shown in its place.</source>
            <translation>Diese Nachricht liegt zu weit zurück, um an ihrer Stelle gezeigt zu werden.</translation>
        </message>
        <message>
            <source>Next Chat</source>
            <translation>Next Chat</translation>
        </message>
        <message>
            <source>%1 – Next Chat</source>
            <translation>%1 – Next Chat</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::MemberList</name>
        <message>
            <source>%1, here</source>
            <translation>%1, da</translation>
        </message>
        <message>
            <source>%1, away</source>
            <translation>%1, abwesend</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::MembersPanel</name>
        <message>
            <source>Members</source>
            <translation>Mitglieder</translation>
        </message>
        <message numerus="yes">
            <source>Members · %n here</source>
            <translation>
                <numerusform>Mitglieder · %n da</numerusform>
                <numerusform>Mitglieder · %n da</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::MessageView</name>
        <message>
            <source>Messages</source>
            <translation>Nachrichten</translation>
        </message>
        <message>
            <source>Loading earlier messages …</source>
            <translation>Frühere Nachrichten werden geladen …</translation>
        </message>
        <message>
            <source>Earlier messages cannot be loaded now. Click to try again.</source>
            <translation>Frühere Nachrichten können gerade nicht geladen werden. Klicken, um es nochmals zu versuchen.</translation>
        </message>
        <message>
            <source>This is the beginning of the conversation.</source>
            <translation>Hier beginnt die Unterhaltung.</translation>
        </message>
        <message>
            <source>No messages yet. Say hello!</source>
            <translation>Noch keine Nachrichten. Sag Hallo!</translation>
        </message>
        <message>
            <source>Copy selection</source>
            <translation>Auswahl kopieren</translation>
        </message>
        <message>
            <source>Copy message</source>
            <translation>Nachricht kopieren</translation>
        </message>
        <message>
            <source>Copy link</source>
            <translation>Link kopieren</translation>
        </message>
        <message>
            <source>Quote</source>
            <translation>Zitieren</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Nochmals versuchen</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::Notifier</name>
        <message>
            <source>Next Chat</source>
            <translation>Next Chat</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Anzeigen</translation>
        </message>
        <message>
            <source>Do not disturb</source>
            <translation>Nicht stören</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>Beenden</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
        <message numerus="yes">
            <source>Next Chat: %n unread message(s)</source>
            <translation>
                <numerusform>Next Chat: %n ungelesene Nachricht</numerusform>
                <numerusform>Next Chat: %n ungelesene Nachrichten</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::QuickSwitcher</name>
        <message>
            <source>Go to a conversation</source>
            <translation>Zu einer Unterhaltung</translation>
        </message>
        <message numerus="yes">
            <source>%1 · %n unread</source>
            <translation>
                <numerusform>%1 · %n ungelesen</numerusform>
                <numerusform>%1 · %n ungelesen</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::SearchPanel</name>
        <message>
            <source>Search in this conversation</source>
            <translation>In dieser Unterhaltung suchen</translation>
        </message>
        <message>
            <source>Close the search</source>
            <translation>Suche schließen</translation>
        </message>
        <message>
            <source>Found messages</source>
            <translation>Gefundene Nachrichten</translation>
        </message>
        <message>
            <source>Type at least two characters.</source>
            <translation>Gib mindestens zwei Zeichen ein.</translation>
        </message>
        <message>
            <source>Searching …</source>
            <translation>Suche …</translation>
        </message>
        <message>
            <source>Only the loaded messages were searched: %1</source>
            <translation>Nur die geladenen Nachrichten wurden durchsucht: %1</translation>
        </message>
        <message>
            <source>Nothing found.</source>
            <translation>Nichts gefunden.</translation>
        </message>
        <message numerus="yes">
            <source>%n message(s) found</source>
            <translation>
                <numerusform>%n Nachricht gefunden</numerusform>
                <numerusform>%n Nachrichten gefunden</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::Session</name>
        <message>
            <source>The server ended the connection.</source>
            <translation>Der Server hat die Verbindung beendet.</translation>
        </message>
        <message>
            <source>The group '%1' is full.</source>
            <translation>Die Gruppe „%1“ ist voll.</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::SettingsDialog</name>
        <message>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>As the desktop</source>
            <translation>Wie der Desktop</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Hell</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Dunkel</translation>
        </message>
        <message>
            <source>&amp;Colours</source>
            <translation>&amp;Farben</translation>
        </message>
        <message>
            <source>&amp;Size of text</source>
            <translation>&amp;Größe des Textes</translation>
        </message>
        <message>
            <source>&amp;Language (at the next start)</source>
            <translation>&amp;Sprache (ab dem nächsten Start)</translation>
        </message>
        <message>
            <source>By activity</source>
            <translation>Nach Aktivität</translation>
        </message>
        <message>
            <source>By name</source>
            <translation>Nach Name</translation>
        </message>
        <message>
            <source>&amp;Order of conversations</source>
            <translation>&amp;Reihenfolge der Unterhaltungen</translation>
        </message>
        <message>
            <source>&amp;Enter sends a message (otherwise Ctrl+Enter)</source>
            <translation>&amp;Eingabe sendet (sonst Strg+Eingabe)</translation>
        </message>
        <message>
            <source>Show &amp;notifications</source>
            <translation>&amp;Benachrichtigungen zeigen</translation>
        </message>
        <message>
            <source>Show what was written in &amp;them</source>
            <translation>&amp;Text der Nachrichten darin zeigen</translation>
        </message>
        <message>
            <source>&amp;Do not disturb</source>
            <translation>&amp;Nicht stören</translation>
        </message>
        <message>
            <source>&amp;Keep running in the tray when the window is closed</source>
            <translation>Im Infobereich &amp;weiterlaufen, wenn das Fenster geschlossen wird</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>%1 %</source>
            <translation>%1 %</translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::Sidebar</name>
        <message>
            <source>Find or create a group (Ctrl+N)</source>
            <translation>Gruppe suchen oder anlegen (Strg+N)</translation>
        </message>
        <message>
            <source>Menu</source>
            <translation>Menü</translation>
        </message>
        <message>
            <source>Filter conversations</source>
            <translation>Unterhaltungen filtern</translation>
        </message>
        <message>
            <source>Conversations</source>
            <translation>Unterhaltungen</translation>
        </message>
        <message>
            <source>Online</source>
            <translation>Online</translation>
        </message>
        <message>
            <source>Offline</source>
            <translation>Offline</translation>
        </message>
        <message>
            <source>Connecting …</source>
            <translation>Verbinde …</translation>
        </message>
        <message>
            <source>You are in no group yet.</source>
            <translation>Du bist noch in keiner Gruppe.</translation>
        </message>
        <message>
            <source>No conversation is called that.</source>
            <translation>Keine Unterhaltung heißt so.</translation>
        </message>
        <message>
            <source>Mark as read</source>
            <translation>Als gelesen markieren</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>Lösen</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>Anheften</translation>
        </message>
        <message>
            <source>Unmute</source>
            <translation>Stummschaltung aufheben</translation>
        </message>
        <message>
            <source>Mute</source>
            <translation>Stummschalten</translation>
        </message>
        <message>
            <source>Leave …</source>
            <translation>Verlassen …</translation>
        </message>
    </context>
</TS>
