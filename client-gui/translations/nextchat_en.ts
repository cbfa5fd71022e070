<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
    <context>
        <name>Notification</name>
        <message numerus="yes">
            <source>%n new message(s)</source>
            <translation>
                <numerusform>%n new message</numerusform>
                <numerusform>%n new messages</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::Composer</name>
        <message numerus="yes">
            <source>will be sent as %n messages</source>
            <translation>
                <numerusform>will be sent as %n message</numerusform>
                <numerusform>will be sent as %n messages</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::ConversationList</name>
        <message numerus="yes">
            <source>%1, %n unread message(s)</source>
            <translation>
                <numerusform>%1, %n unread message</numerusform>
                <numerusform>%1, %n unread messages</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::ConversationPage</name>
        <message numerus="yes">
            <source>%n member(s) here</source>
            <translation>
                <numerusform>%n member here</numerusform>
                <numerusform>%n members here</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n new</source>
            <translation>
                <numerusform>%n new</numerusform>
                <numerusform>%n new</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::LinkBanner</name>
        <message numerus="yes">
            <source>Trying again in %n s.</source>
            <translation>
                <numerusform>Trying again in %n s.</numerusform>
                <numerusform>Trying again in %n s.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::MainWindow</name>
        <message numerus="yes">
            <source>%n message(s) to it are not sent yet.</source>
            <translation>
                <numerusform>%n message to it is not sent yet.</numerusform>
                <numerusform>%n messages to it are not sent yet.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::MembersPanel</name>
        <message numerus="yes">
            <source>Members · %n here</source>
            <translation>
                <numerusform>Members · %n here</numerusform>
                <numerusform>Members · %n here</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::Notifier</name>
        <message numerus="yes">
            <source>Next Chat: %n unread message(s)</source>
            <translation>
                <numerusform>Next Chat: %n unread message</numerusform>
                <numerusform>Next Chat: %n unread messages</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::QuickSwitcher</name>
        <message numerus="yes">
            <source>%1 · %n unread</source>
            <translation>
                <numerusform>%1 · %n unread</numerusform>
                <numerusform>%1 · %n unread</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>nextchat::desktop::SearchPanel</name>
        <message numerus="yes">
            <source>%n message(s) found</source>
            <translation>
                <numerusform>%n message found</numerusform>
                <numerusform>%n messages found</numerusform>
            </translation>
        </message>
    </context>
</TS>
