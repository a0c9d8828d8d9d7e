Option Explicit

' 日報を上長へ送る (ボタン)
Public Sub 日報送信_Click()
    Dim ol As Object
    Dim mail As Object
    Set ol = CreateObject("Outlook.Application")
    Set mail = ol.CreateItem(0)
    mail.To = "sales@reiji.example"
    mail.Subject = "日報 " & Format(Date, "yyyy/mm/dd")
    mail.Body = Range("B2").Value & vbCrLf & Range("B3").Value
    mail.Attachments.Add ThisWorkbook.FullName
    mail.Display
End Sub
