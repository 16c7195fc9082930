import type { ProblemType } from '../../../src/kernel/problem-types.ts';

const retrySoon = 'Versuchen Sie es gleich noch einmal.';

/** The problem catalogue in German, by slug. */
export const deProblems: Readonly<Record<ProblemType, { readonly title: string; readonly wayOut: string }>> =
  {
    'invalid-request': {
      title: 'Die Anfrage ist ungültig',
      wayOut: 'Korrigieren Sie die genannten Felder und senden Sie sie erneut.',
    },
    'not-signed-in': {
      title: 'Sie sind nicht angemeldet',
      wayOut: 'Öffnen Sie das Ticket erneut, um sich anzumelden.',
    },
    'session-expired': {
      title: 'Ihre Sitzung ist abgelaufen',
      wayOut: 'Öffnen Sie das Ticket erneut, um sich anzumelden.',
    },
    'console-sign-in-needed': {
      title: 'Sie sind nicht in der Konsole angemeldet',
      wayOut: 'Melden Sie sich erneut an.',
    },
    'sign-in-failed': {
      title: 'E-Mail-Adresse und Passwort passen nicht zusammen',
      wayOut:
        'Prüfen Sie beide oder lassen Sie sich einen Link für ein neues Passwort schicken. Wenn Sie zu mehreren Abonnements gehören, nennen Sie das gewünschte.',
    },
    'last-admin': {
      title: 'Jemand muss dieses Abonnement weiter verwalten',
      wayOut: 'Machen Sie zuerst eine andere Person zur Administration.',
    },
    'sign-in-refused': {
      title: 'Die Anmeldung aus Zendesk wurde abgelehnt',
      wayOut:
        'Laden Sie das Ticket neu. Bleibt es dabei, bitten Sie Ihre Administration, die App neu zu installieren.',
    },
    'install-refused': {
      title: 'Die Installation wurde abgelehnt',
      wayOut:
        'Prüfen Sie den Abonnementschlüssel in den Einstellungen der App; Ihr Betreiber kann eine ältere Installation lösen.',
    },
    'bootstrap-refused': {
      title: 'Der Einmalcode wurde abgelehnt',
      wayOut:
        'Geben Sie den Code ein, den der Server beim Start gezeigt hat. Einen neuen macht: npm run indesk -- operator code',
    },
    'step-up-needed': {
      title: 'Bitte bestätigen Sie, dass Sie es sind',
      wayOut: 'Geben Sie Passwort oder Code noch einmal ein und wiederholen Sie den Schritt.',
    },
    'chat-unavailable': {
      title: 'Dieser Chat ist nicht verfügbar',
      wayOut: 'Nutzen Sie einen anderen Weg, uns zu erreichen.',
    },
    'ai-agents-stopped': {
      title: 'Der Betreiber dieses Servers hat alle KI-Agenten angehalten',
      wayOut: 'Fragen Sie den Betreiber, wann es weitergeht. Von Ihren Daten geht nichts verloren.',
    },
    'chat-session-over': {
      title: 'Dieser Chat war zu lange offen',
      wayOut: 'Laden Sie die Seite neu.',
    },
    'chat-history-refused': {
      title: 'Dieses Gespräch kann nicht weitergehen',
      wayOut: 'Beginnen Sie ein neues.',
    },
    'chat-busy': {
      title: 'Die vorige Antwort wird noch geschrieben',
      wayOut: 'Warten Sie einen Moment und senden Sie es noch einmal.',
    },
    'identity-refused': {
      title: 'Die Seite konnte nicht sagen, wer Sie sind',
      wayOut: 'Melden Sie sich auf der Seite neu an.',
    },
    'webhook-refused': {
      title: 'Die Zustellung wurde abgelehnt',
      wayOut:
        'Zustellungen müssen vom Webhook signiert sein, den InDesk angelegt hat, und einmal innerhalb von fünf Minuten kommen.',
    },
    'mail-unavailable': {
      title: 'Die E-Mail konnte nicht gesendet werden',
      wayOut: 'Versuchen Sie es in einigen Minuten noch einmal.',
    },
    'embedding-unavailable': {
      title: 'Texte können zurzeit nicht nach ihrer Bedeutung verglichen werden',
      wayOut: 'Gesucht wird weiter nach Wörtern. Ihr Betreiber kann nachsehen mit: npm run model -- status',
    },
    'code-refused': {
      title: 'Dieser Code stimmt nicht',
      wayOut: 'Warten Sie auf den nächsten Code Ihrer App oder nehmen Sie einen Wiederherstellungscode.',
    },
    'challenge-over': {
      title: 'Diese Anmeldung hat zu lange gedauert oder zu viele Versuche gebraucht',
      wayOut: 'Melden Sie sich noch einmal von vorn an.',
    },
    'second-factor-locked': {
      title: 'Nach zu vielen falschen Codes wird keiner mehr angenommen',
      wayOut:
        'Nehmen Sie einen Wiederherstellungscode oder bitten Sie Ihre Administration, Ihren zweiten Faktor zurückzusetzen.',
    },
    'second-factor-required': {
      title: 'Hier brauchen alle einen zweiten Faktor',
      wayOut: 'Richten Sie zuerst eine Authenticator-App ein.',
    },
    'link-not-usable': {
      title: 'Dieser Link ist abgelaufen oder wurde schon benutzt',
      wayOut: 'Fordern Sie einen neuen an.',
    },
    'ticket-not-allowed': {
      title: 'Sie dürfen dieses Ticket nicht sehen',
      wayOut: 'Fragen Sie jemanden aus der Gruppe des Tickets oder Ihre Administration.',
    },
    'ticket-brand-not-covered': {
      title: 'Dieses Ticket gehört zu einer Marke, für die InDesk nicht eingerichtet ist',
      wayOut: 'Ihre Administration kann die Marke zur Zendesk-Verbindung hinzufügen.',
    },
    'feature-disabled': {
      title: 'Diese Funktion ist ausgeschaltet',
      wayOut: 'Ihre Administration kann sie einschalten.',
    },
    'subscription-inactive': {
      title: 'Dieses Abonnement ist nicht aktiv',
      wayOut: 'Bitten Sie Ihre Administration, es zu verlängern.',
    },
    forbidden: {
      title: 'Das dürfen Sie nicht',
      wayOut: 'Bitten Sie Ihre Administration um die Berechtigung.',
    },
    'not-found': { title: 'Nicht gefunden', wayOut: 'Prüfen Sie die Adresse.' },
    'method-not-allowed': {
      title: 'Diese Adresse nimmt diese Methode nicht an',
      wayOut: 'Verwenden Sie eine der Methoden aus dem Kopf Allow.',
    },
    'ticket-not-found': {
      title: 'Zendesk kennt dieses Ticket nicht',
      wayOut: 'Es wurde vielleicht gelöscht oder zusammengeführt. Öffnen Sie ein anderes Ticket.',
    },
    'subscription-held': {
      title: 'Dieses Abonnement unterliegt einer Aufbewahrungspflicht',
      wayOut: 'Nichts davon kann gelöscht werden, bis ein Betreiber sie aufhebt.',
    },
    conflict: {
      title: 'In der Zwischenzeit hat sich etwas geändert',
      wayOut: 'Laden Sie neu und versuchen Sie es erneut.',
    },
    'ticket-changed': {
      title: 'Das Ticket hat sich in der Zwischenzeit geändert',
      wayOut: 'Laden Sie das Ticket neu und versuchen Sie es erneut.',
    },
    'score-target-missing': {
      title: 'Für diese Bewertung ist kein Ziel gewählt',
      wayOut: 'Bitten Sie Ihre Support-Leitung, beim Bewertungsbogen ein Feld oder einen Tag zu wählen.',
    },
    'knowledge-files-full': {
      title: 'Es ist kein Platz für eine weitere Datei',
      wayOut: 'Löschen Sie zuerst eine Datei oder laden Sie eine neue Fassung unter demselben Namen hoch.',
    },
    'knowledge-full': {
      title: 'Für so viel Text ist kein Platz',
      wayOut: 'Löschen Sie zuerst, was nicht mehr gebraucht wird, oder lassen Sie Teile weg.',
    },
    'file-refused': {
      title: 'Diese Datei kann nicht gelesen werden',
      wayOut: 'Laden Sie PDF, Word (.docx), Text, Markdown, HTML oder CSV mit bis zu 10 MiB hoch.',
    },
    'request-too-large': {
      title: 'Die Anfrage ist zu groß',
      wayOut: 'Kürzen Sie den Text und versuchen Sie es erneut.',
    },
    'ticket-empty': {
      title: 'Das Ticket hat keinen Text, mit dem sich arbeiten lässt',
      wayOut: 'Fügen Sie einen Kommentar hinzu oder antworten Sie ohne den Copiloten.',
    },
    'ticket-refused-change': {
      title: 'Zendesk hat die Änderung abgelehnt',
      wayOut: 'Ein geschlossenes Ticket lässt sich nicht ändern; prüfen Sie sonst seine Pflichtfelder.',
    },
    'quota-exceeded': {
      title: 'Das Kontingent dieses Abonnements ist aufgebraucht',
      wayOut: 'Warten Sie bis zur genannten Zeit oder bitten Sie Ihren Betreiber, es zu erhöhen.',
    },
    'budget-used-up': {
      title: 'Das Budget für KI ist aufgebraucht',
      wayOut: 'Warten Sie bis zur genannten Zeit oder bitten Sie Ihre Administration, es zu erhöhen.',
    },
    'rate-limited': {
      title: 'Zu viele Anfragen',
      wayOut: 'Warten Sie einen Moment und versuchen Sie es erneut.',
    },
    'zendesk-not-connected': {
      title: 'Zendesk ist nicht verbunden',
      wayOut: 'Ihre Administration kann Zendesk verbinden.',
    },
    'zendesk-reconnect-needed': {
      title: 'Zendesk nimmt unseren Zugang nicht mehr an',
      wayOut: 'Ihre Administration muss Zendesk neu verbinden.',
    },
    'authorization-refused': {
      title: 'Die Freigabe aus Zendesk wurde abgelehnt',
      wayOut:
        'Beginnen Sie in den Einstellungen von vorn: Eine Freigabe gilt einmal, zehn Minuten lang und im selben Browser.',
    },
    'zendesk-forbidden': {
      title: 'Zendesk lässt uns das nicht tun',
      wayOut: 'Ihre Administration kann die Rechte der Zendesk-Verbindung erweitern.',
    },
    'zendesk-rate-limited': { title: 'Zendesk bittet um langsamere Anfragen', wayOut: retrySoon },
    'zendesk-unavailable': { title: 'Zendesk antwortet nicht', wayOut: retrySoon },
    'confluence-not-connected': {
      title: 'Confluence ist nicht verbunden',
      wayOut: 'Ihre Administration kann Confluence verbinden.',
    },
    'confluence-site-in-use': {
      title: 'Wissen wird aus einer anderen Confluence-Site gelesen',
      wayOut: 'Löschen Sie zuerst die Quellen jener Site und verbinden Sie dann diese.',
    },
    'confluence-authorization-refused': {
      title: 'Die Freigabe von Atlassian wurde abgelehnt',
      wayOut:
        'Beginnen Sie in den Einstellungen von vorn: Eine Freigabe gilt einmal, zehn Minuten lang und im selben Browser.',
    },
    'confluence-reconnect-needed': {
      title: 'Confluence nimmt unseren Zugang nicht mehr an',
      wayOut:
        'Ihre Administration muss Confluence neu verbinden: Ein API-Token läuft nach höchstens einem Jahr ab.',
    },
    'confluence-forbidden': {
      title: 'Confluence lässt uns das nicht tun',
      wayOut:
        'Prüfen Sie, ob das verbundene Konto den Bereich sehen darf und der Zugang alle verlangten Rechte hat.',
    },
    'confluence-rate-limited': { title: 'Confluence bittet um langsamere Anfragen', wayOut: retrySoon },
    'confluence-unavailable': { title: 'Confluence antwortet nicht', wayOut: retrySoon },
    'site-unavailable': {
      title: 'Die Website antwortet nicht',
      wayOut: 'Prüfen Sie die Adresse oder versuchen Sie es später erneut.',
    },
    'site-refused': {
      title: 'Die Website lässt uns diese Seite nicht lesen',
      wayOut: 'Prüfen Sie ihre robots.txt und ob die Seite ohne Anmeldung lesbar ist.',
    },
    'site-unreadable': {
      title: 'Diese Seite können wir nicht lesen',
      wayOut: 'Nennen Sie Seiten mit Text (HTML oder reiner Text) von höchstens 5 MiB.',
    },
    'site-rate-limited': {
      title: 'Die Website bittet um langsamere Anfragen',
      wayOut: 'Die Seiten werden später noch einmal gelesen.',
    },
    'provider-not-connected': {
      title: 'Es ist kein KI-Anbieter verbunden',
      wayOut: 'Ihre Administration kann einen KI-Anbieter hinzufügen.',
    },
    'masking-unreadable': {
      title: 'Die Muster zum Maskieren sind nicht lesbar, deshalb geht nichts an den KI-Anbieter',
      wayOut: 'Ihre Administration muss die Muster neu eingeben.',
    },
    'provider-auth': {
      title: 'Der KI-Anbieter hat den Schlüssel abgelehnt',
      wayOut: 'Ihre Administration muss den Schlüssel ersetzen.',
    },
    'provider-quota': {
      title: 'Das Guthaben beim KI-Anbieter ist aufgebraucht',
      wayOut: 'Ihre Administration kann beim Anbieter Guthaben aufladen.',
    },
    'provider-rate-limited': { title: 'Der KI-Anbieter bittet um langsamere Anfragen', wayOut: retrySoon },
    'provider-overloaded': { title: 'Der KI-Anbieter ist überlastet', wayOut: retrySoon },
    'provider-unreachable': {
      title: 'Der KI-Anbieter antwortet nicht',
      wayOut:
        'Versuchen Sie es gleich noch einmal. Bleibt es dabei, sehen Sie auf der Statusseite des Anbieters nach.',
    },
    'provider-timeout': {
      title: 'Der KI-Anbieter hat zu lange gebraucht',
      wayOut: 'Versuchen Sie es erneut.',
    },
    'provider-context-overflow': {
      title: 'Das Ticket ist zu lang für dieses Modell',
      wayOut: 'Versuchen Sie es erneut; Ihre Administration kann ein Modell mit größerem Fenster wählen.',
    },
    'provider-model-not-found': {
      title: 'Der KI-Anbieter kennt dieses Modell nicht',
      wayOut: 'Ihre Administration kann ein anderes Modell wählen.',
    },
    'provider-refused': {
      title: 'Der KI-Anbieter wollte darauf nicht antworten',
      wayOut: 'Antworten Sie selbst oder geben Sie eine andere Anweisung.',
    },
    'provider-bad-output': {
      title: 'Die Antwort des KI-Anbieters war nicht lesbar',
      wayOut: 'Versuchen Sie es erneut.',
    },
    'provider-bad-request': {
      title: 'Der KI-Anbieter hat die Anfrage nicht angenommen',
      wayOut: 'Versuchen Sie es erneut; bleibt es dabei, sagen Sie es Ihrer Administration.',
    },
    'provider-interrupted': {
      title: 'Die Antwort brach ab',
      wayOut: 'Was angekommen ist, bleibt. Versuchen Sie es für den Rest erneut.',
    },
    'output-refused': {
      title: 'Die Antwort wurde von einer Sicherheitsprüfung zurückgehalten',
      wayOut: 'Versuchen Sie es erneut oder schreiben Sie sie selbst.',
    },
    'webhook-unavailable': {
      title: 'Der Webhook hat die Zustellung nicht angenommen',
      wayOut: 'Prüfen Sie, ob seine Adresse mit einem Erfolgsstatus antwortet.',
    },
    'egress-refused': {
      title: 'Diese Adresse darf von hier nicht erreicht werden',
      wayOut: 'Nehmen Sie eine öffentliche https-Adresse oder bitten Sie den Betreiber, sie zu erlauben.',
    },
    'database-unavailable': { title: 'Die Datenbank antwortet nicht', wayOut: retrySoon },
    'storage-full': {
      title: 'Die Festplatte der Datenbank ist voll',
      wayOut:
        'Es wurde nichts geändert. Sagen Sie es Ihrem Betreiber; es geht weiter, sobald wieder Platz ist.',
    },
    'shutting-down': {
      title: 'Der Server startet neu',
      wayOut: 'Versuchen Sie es in ein paar Sekunden erneut.',
    },
    internal: {
      title: 'Bei uns ist etwas schiefgegangen',
      wayOut: 'Versuchen Sie es erneut; bleibt es dabei, nennen Sie Ihrer Administration die Anfragenummer.',
    },
  };
