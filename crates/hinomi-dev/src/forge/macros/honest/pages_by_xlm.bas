Public Sub ページ数()
    Dim n As Long
    n = Application.ExecuteExcel4Macro("GET.DOCUMENT(50)")
    ActiveSheet.PageSetup.RightFooter = "&P / " & n
    MsgBox n & " ページです。"
End Sub
