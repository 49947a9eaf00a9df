package diagnosis

import "mxprobe/probe/causes"

// languageRules are refusals in French, German, Spanish, Portuguese, Italian,
// Polish and Russian, without accents.
func languageRules() []rule {
	return []rule{
		{cause: causes.RecipientUnknown, source: "words", words: []string{
			"utilisateur|destinataire|adresse|boite|compte inconnu|inconnue|inexistant|inexistante|invalide",
			"utilisateur .. inconnu|existe|inexistant",
			"adresse .. existe pas",
			"empfanger|empfaenger|benutzer|postfach|mailbox|adresse .. unbekannt|existiert|ungultig",
			"unbekannter empfanger|empfaenger|benutzer",
			"kein solcher benutzer|empfanger",
			"destinatario|usuario|cuenta|buzon|casilla|direccion .. desconocido|inexistente|invalido|no|invalida|incorrecto",
			"no existe .. usuario|cuenta|persona|buzon|destinatario|dicha|ese|casilla|direccion",
			"usuario|destinatario|conta|caixa .. desconhecido|inexistente|nao existe|invalido",
			"destinatario|indirizzo|utente|casella .. sconosciuto|inesistente|errato|esiste|trovato",
			"destin sconosciuto",
			"nessun utente",
			"odbiorca|konto|uzytkownik|adres .. nie istnieje|nieznany",
			"nie ma takiego konta|uzytkownika",
			"пользовател* .. не|отсутству* существу*|найден|наиден",
			"почтов* ящик|адрес|ящика|ящик .. не|отсутству* существу*|найден|наиден",
			"нет такого|таких пользователя|адреса|ящика",
			"неизвестн* пользовател*|получател*|адрес",
			"получател* .. не|неизвест* существу*|найден|наиден",
			"adresse destinataire invalide",
		}},
		{cause: causes.MailboxFull, source: "words", words: []string{
			"boite|messagerie .. pleine|saturee",
			"quota .. depasse",
			"postfach|mailbox .. voll|uberfullt",
			"benutzer hat zuviele|zu mails|viele",
			"speicherplatz .. uberschritten|erschopft|voll",
			"buzon|casilla|bandeja|cuenta|mailbox .. llena|lleno|llenos",
			"cuota .. excedida|superada|excede",
			"caixa .. cheia|lotada|excedida",
			"casella .. piena",
			"quota superata|superato",
			"skrzynka .. pelna|przepelniona",
			"ящик .. переполнен|полон",
			"превышен* .. квот*|размер*|лимит ящика|ящик|почтового",
			"переполнен",
		}},
		{cause: causes.MailboxDisabled, source: "words", words: []string{
			"boite|compte .. archivee|desactive|suspendu|ferme|desactivee|bloque",
			"postfach|konto|benutzer .. gesperrt|deaktiviert",
			"cuenta|buzon|usuario .. suspendida|desactivada|bloqueada|deshabilitada|inactiva",
			"conta|caixa .. suspensa|bloqueada|desativada|inativa",
			"ящик|пользователь|аккаунт .. заблокирован|отключен|удален",
		}},
		{cause: causes.ContentSpam, source: "words", words: []string{
			"considere|detecte|identifie comme spam|indesirable",
			"als spam .. erkannt|eingestuft|abgelehnt",
			"detectado|identificado|considerado como spam",
			"похож* на спам",
			"сообщение|письмо .. спам",
			"спам",
		}},
		{cause: causes.ClientListed, source: "words", words: []string{
			"liste noire",
			"schwarze|schwarzen liste",
			"lista negra",
			"lista nera",
			"черн* списк*|список",
		}},
		{cause: causes.RelayDenied, source: "words", words: []string{
			"relais refuse|interdit",
			"weiterleitung|relay .. verweigert|verboten|erlaubt",
			"relay .. denegado|prohibido|negado|permitido",
			"ретрансляц* .. запрещен*",
		}},
		{cause: causes.Greylisted, source: "words", class: 4, words: []string{
			"plus tard .. greylist*",
			"bitte .. spater|spaeter erneut|versuchen|noch ! uberlastet",
			"rechazo temporal .. tarde",
		}},
		{cause: causes.AuthRequired, source: "words", words: []string{
			"authentification requise|necessaire|obligatoire",
			"authentifizierung erforderlich|notwendig",
			"autenticacion|autentificacion requerida|necesaria|obligatoria",
			"autenticacao requerida|necessaria|obrigatoria",
			"требуется .. авторизация|аутентификация",
			"необходим* .. авторизация|аутентификация|авторизоваться",
		}},
		{cause: causes.ServerBusy, source: "words", class: 4, words: []string{
			"serveur|service .. occupe|surcharge",
			"uberlastet|ueberlastet",
			"servidor .. ocupado|sobrecargado",
		}},
		{cause: causes.ServerFault, source: "words", class: 4, words: []string{
			"erreur interne|temporaire",
			"interner fehler",
			"error|erro interno|temporal|temporario",
			"внутренняя|временная ошибка",
		}},
		{cause: causes.ContentSize, source: "words", words: []string{
			"message trop volumineux|grand|gros",
			"nachricht|mail .. zu gross|groß",
			"mensaje .. demasiado grande",
			"размер .. письма|сообщения .. превыш*|слишком",
			"слишком большой|больш* размер|письмо",
		}},
	}
}

// eastRules are refusals in Chinese, Japanese and Korean. Each sign is a word.
func eastRules() []rule {
	return []rule{
		{cause: causes.RecipientUnknown, source: "words", words: []string{
			"用户 .. 不存在", "用戶 .. 不存在", "邮箱 .. 不存在", "收件人 .. 不存在", "帐号 .. 不存在", "账号 .. 不存在", "地址 .. 不存在",
			"无此用户", "没有这个用户", "用户未找到", "找不到 .. 用户", "找不到 .. 收件人",
			"ユーザ ... ありません", "ユーザ ... 存在しません", "宛先 ... 存在しません", "宛先 ... 見つかりません", "メールアドレス ... 存在しません", "宛先不明", "あて先不明",
			"該当するユーザ", "存在しないユーザ", "存在しないアドレス", "ディレクトリには見つかりません", "사용자 .. 없", "수신자 .. 없", "존재하지 않는",
		}},
		{cause: causes.MailboxFull, source: "words", words: []string{
			"邮箱 .. 已满", "信箱 .. 已满", "邮箱 .. 空间 .. 不足", "超过 .. 配额", "容量 .. 已满", "空间已满", "信箱已滿",
			"メールボックス ... いっぱい", "メールボックス ... 容量", "容量 ... 超え", "容量オーバー", "메일함 .. 가득", "용량 .. 초과",
		}},
		{cause: causes.MailboxDisabled, source: "words", words: []string{
			"用户 .. 已 .. 停用", "邮箱 .. 停用", "帐号 .. 禁用", "账号 .. 禁用", "帐号 .. 冻结", "账号 .. 冻结", "用户 .. 锁定",
			"停止中", "利用停止", "휴면",
		}},
		{cause: causes.ContentSpam, source: "words", words: []string{
			"垃圾邮件", "垃圾郵件", "邮件内容 .. 拒绝", "迷惑メール", "スパム", "스팸",
		}},
		{cause: causes.RateLimited, source: "words", words: []string{
			"频率 .. 限制", "发送 .. 过于频繁", "超过 .. 频率", "频繁", "连接 .. 频率", "送信数 ... 制限", "発信 ... 制限",
		}},
		{cause: causes.ClientListed, source: "words", words: []string{
			"黑名单", "黑名單", "ブラックリスト", "블랙리스트",
		}},
		{cause: causes.SPFRefused, source: "words", words: []string{
			"spf .. 检查", "spf .. 失败", "spf .. 验证",
		}},
		{cause: causes.ContentSize, source: "words", words: []string{
			"邮件 .. 过大", "超过 .. 大小", "サイズ ... 超え", "サイズ ... 大き",
		}},
		{cause: causes.SenderRefused, source: "words", words: []string{
			"发件人 .. 拒绝", "拒收", "受信拒否",
		}},
		{cause: causes.AuthRequired, source: "words", words: []string{
			"需要 .. 认证", "需要 .. 验证", "認証 ... 必要",
		}},
	}
}
