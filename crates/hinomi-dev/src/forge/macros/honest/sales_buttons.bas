Option Explicit

' 集計ボタン: 数量と単価から金額を出す
Public Sub 集計_Click()
    Dim r As Long
    Dim total As Currency
    Dim ws As Worksheet
    Set ws = ActiveSheet
    For r = 2 To ws.Cells(ws.Rows.Count, 1).End(xlUp).Row
        ws.Cells(r, 4).Value = ws.Cells(r, 3).Value * 1200
        total = total + ws.Cells(r, 4).Value
    Next r
    ws.Range("F1").Value = total
    MsgBox "合計: " & Format(total, "#,##0") & " 円", vbInformation, "{item}"
End Sub

' 消去ボタン
Public Sub 消去_Click()
    If MsgBox("入力を消去しますか?", vbYesNo) = vbYes Then
        ActiveSheet.Range("C2:D{number}").ClearContents
    End If
End Sub
